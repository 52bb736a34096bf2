// Reads the dynamic linker's choice out of a process that has made it.

#include "symbols/ifunc.hpp"

#include "symbols/elf_relocations.hpp"
#include "symbols/process.hpp"

#include <dlfcn.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <vector>

namespace bccxx::symbols {
namespace {

/// What is looked for, with what does not change from process to process.
struct Search {
  const Binary& binary;
  const FunctionSymbol& function;
  /// Where the binary's own words are that its resolver fills in.
  std::vector<std::uint64_t> own_slots;
  /// Every version of the name.
  std::set<std::uint64_t> named;
};

/// The same file under whatever name; on some file systems maps and stat(2) disagree about the device.
bool is_of(const Mapping& mapping, const Binary& binary) {
  if (!mapping.has_file() || mapping.inode != binary.identity.inode) return false;
  return makedev(mapping.device_major, mapping.device_minor) == binary.identity.device ||
         std::filesystem::path(mapping.path).filename() == std::filesystem::path(binary.path).filename();
}

/// One process that has the binary mapped.
struct View {
  Process process;
  std::vector<Mapping> code;  ///< of the binary
  std::uint64_t bias = 0;
};

std::optional<View> view_of(pid_t pid, const Binary& binary, const ElfFile& elf) {
  View view{Process(pid), {}, 0};
  for (const auto& mapped : view.process.mappings())
    if (is_of(mapped.mapping, binary)) view.code.push_back(mapped.mapping);
  if (view.code.empty()) return std::nullopt;
  const auto bias = elf.segments().load_bias(view.code.front().start, view.code.front().file_offset);
  if (!bias) return std::nullopt;
  view.bias = *bias;
  return view;
}

/// The address before relocation of a place in the binary's code, or nothing for any other place.
std::optional<std::uint64_t> in_code(const View& view, std::uint64_t place) {
  for (const auto& mapping : view.code)
    if (place >= mapping.start && place < mapping.end) return place - view.bias;
  return std::nullopt;
}

/// In our own process the dynamic linker answers; the library is loaded already and nothing new is.
std::optional<std::uint64_t> ask_own_linker(const View& view, const FunctionSymbol& function) {
  const auto close = [](void* handle) { ::dlclose(handle); };
  const std::unique_ptr<void, decltype(close)> handle(
      ::dlopen(view.code.front().path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_LOCAL), close);
  if (!handle) return std::nullopt;
  const auto* name = function.name.c_str();
  const void* place =
      function.version.empty() ? ::dlsym(handle.get(), name) : ::dlvsym(handle.get(), name, function.version.c_str());
  return in_code(view, reinterpret_cast<std::uintptr_t>(place));
}

/// Where in the binary's code the words lead; those not yet bound lead elsewhere, those of `others` to another version.
std::optional<std::uint64_t> read_slots(const View& view, const UniqueFd& memory, std::uint64_t bias,
                                        const std::vector<std::uint64_t>& slots,
                                        const std::set<std::uint64_t>& others) {
  for (const auto slot : slots) {
    // The dynamic linker has written where it has chosen.
    if (!view.process.has_page(bias + slot)) continue;
    std::uint64_t place = 0;
    const auto n = ::pread(memory.get(), &place, sizeof(place), static_cast<off_t>(bias + slot));
    const auto address = n == static_cast<ssize_t>(sizeof(place)) ? in_code(view, place) : std::nullopt;
    if (address && !others.contains(*address)) return address;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_choice(View& view, const Search& search) {
  const auto memory = view.process.memory();
  if (!memory) return std::nullopt;
  // The binary's own words hold no other function. Some may still lead to a procedure linkage table.
  if (auto address = read_slots(view, memory, view.bias, search.own_slots, {})) return address;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (const auto& [mapping, module] : view.process.mappings()) {
    const auto device = makedev(mapping.device_major, mapping.device_minor);
    if (!mapping.has_file() || is_of(mapping, search.binary) || !seen.insert({device, mapping.inode}).second) continue;
    auto file = view.process.open(mapping, {});
    if (!file) continue;
    const auto size = file.identity.size;
    const ElfFile importer(std::make_shared<const FileSource>(std::move(file.fd), size));
    const auto bias = importer.segments().load_bias(mapping.start, mapping.file_offset);
    if (!bias) continue;
    const auto slots = import_slots(importer, search.function.name);
    if (auto address = read_slots(view, memory, *bias, slots, search.named)) return address;
  }
  return std::nullopt;
}

std::vector<pid_t> processes() {
  std::vector<pid_t> pids;
  std::error_code code;
  for (std::filesystem::directory_iterator it("/proc", code), end; !code && it != end; it.increment(code)) {
    const auto name = it->path().filename().string();
    pid_t pid = 0;
    const auto [last, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && *last == '\0') pids.push_back(pid);
  }
  return pids;
}

}  // namespace

std::optional<Implementation> resolve_indirect(const Binary& binary, const ElfFile& elf, const ElfFunctions& functions,
                                               const FunctionSymbol& function, pid_t pid) {
  const auto self = ::getpid();
  if (pid <= 0 || pid == self) {
    if (const auto view = view_of(self, binary, elf)) {
      if (const auto address = ask_own_linker(*view, function)) return Implementation{*address, self};
    }
  }
  Search search{binary, function, indirect_slots(elf, function.address), {}};
  for (const auto& version : functions.named(function.name)) search.named.insert(version.address);
  for (const auto candidate : pid > 0 ? std::vector<pid_t>{pid} : processes()) {
    auto view = view_of(candidate, binary, elf);
    if (!view) continue;
    if (const auto address = read_choice(*view, search)) return Implementation{*address, candidate};
  }
  return std::nullopt;
}

}  // namespace bccxx::symbols
