// Names are looked for in a module's bytes first: most modules have none of them, and parsing takes its time. A string
// that the kernel's BTF has already, say for a forward declaration, is not in the module's again.
#include "compiler_worker/kernel_headers/kernel_types.hpp"

#include "support/file.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bccxx::worker {
namespace {

namespace fs = std::filesystem;

std::set<fs::path> modules_in(const fs::path& folder) {
  std::set<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename() != "vmlinux") files.insert(entry.path());
  }
  return files;
}

bool has_string(std::string_view bytes, const NameSet& tags) {
  return std::any_of(tags.begin(), tags.end(), [bytes](std::string_view tag) {
    return bytes.find('\0' + std::string(tag) + '\0') != std::string::npos;
  });
}

bool has_string(const btf* types, const NameSet& tags) {
  std::uint32_t size = 0;
  const auto* raw = static_cast<const char*>(btf__raw_data(types, &size));
  return raw != nullptr && has_string(std::string_view(raw, size), tags);
}

std::size_t count_defined(const btf* types, std::uint32_t first, const NameSet& tags) {
  NameSet found;
  for (auto id = first; id < btf__type_cnt(types); ++id) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!btf_is_composite(type) && !btf_is_any_enum(type)) continue;
    if (const auto tag = tags.find(btf__str_by_offset(types, type->name_off)); tag != tags.end()) found.insert(*tag);
  }
  return found.size();
}

}  // namespace

KernelTypes::KernelTypes(const fs::path& path) {
  const support::LibbpfLog log;
  kernel_.reset(btf__parse(path.c_str(), nullptr));
  if (!kernel_) support::fail(errno, "read BTF", path.string());
}

fs::path KernelTypes::add_module(const fs::path& folder, const NameSet& tags) {
  const support::LibbpfLog log;
  const bool shared = has_string(kernel_.get(), tags);
  fs::path best;
  std::size_t most = 0;
  for (const auto& file : modules_in(folder)) {
    if (!shared && !has_string(support::read_small_file(file.string()).value_or(""), tags)) continue;
    support::BtfPointer types(btf__parse_split(file.c_str(), kernel_.get()));
    if (!types) continue;
    const auto count = count_defined(types.get(), btf__type_cnt(kernel_.get()), tags);
    if (count <= most) continue;
    most = count;
    module_ = std::move(types);
    best = file;
  }
  return best;
}

}  // namespace bccxx::worker
