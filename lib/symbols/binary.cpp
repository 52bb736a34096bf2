// Looks where the dynamic linker would, without asking it.

#include "symbols/binary.hpp"

#include "support/file.hpp"
#include "support/system_call.hpp"
#include "symbols/elf_file.hpp"
#include "symbols/linker_cache.hpp"
#include "symbols/process.hpp"

#include <bccxx/support/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <set>

namespace bccxx::symbols {
namespace {

namespace fs = std::filesystem;

/// Whether a file name is that of the library a user calls `name`: "libc.so.6" and "libc-2.36.so" are "c".
bool is_library(const std::string& file, const std::string& name) {
  if (file == name) return true;
  if (name.find(".so") != std::string::npos) return file.starts_with(name + ".");
  const auto stem = name.starts_with("lib") ? name : "lib" + name;
  if (!file.starts_with(stem)) return false;
  const auto rest = std::string_view(file).substr(stem.size());
  if (rest.starts_with(".so")) return rest.size() == 3 || rest[3] == '.';
  return rest.starts_with('-') && rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9' && rest.ends_with(".so");
}

Binary binary_of(TargetFile file, std::string path, UniqueFd root = {}) {
  const auto size = file.identity.size;
  const bool trusted = file.is_trusted();
  return {std::move(path), std::make_shared<const FileSource>(std::move(file.fd), size), file.identity, std::move(root),
          trusted};
}

/// What may not be opened is an error; what is not there, or is no regular file, is nothing.
std::optional<Binary> binary_if_opened(TargetFile file, const std::string& path, UniqueFd root = {}) {
  if (file.reason == Unresolved::not_permitted) support::fail(EACCES, "open", path);
  return file ? std::optional(binary_of(std::move(file), path, std::move(root))) : std::nullopt;
}

std::optional<Binary> open_here(const std::string& path) {
  return binary_if_opened(open_regular(AT_FDCWD, path, ServedFiles::open), path);
}

/// Whether this process could load the file: the caches and directories of mixed machines hold other kinds too.
std::optional<Binary> open_native(const std::string& path) {
  static const auto own_machine = [] {
    const auto self = open_here("/proc/self/exe");
    return self ? ElfFile(self->source).machine() : std::uint16_t{0};
  }();
  auto file = open_regular(AT_FDCWD, path, ServedFiles::open);
  if (!file) return std::nullopt;
  auto binary = binary_of(std::move(file), path);
  const ElfFile elf(binary.source);
  if (elf.reason() != Unresolved::none || elf.machine() != own_machine) return std::nullopt;
  return binary;
}

std::optional<Binary> mapped_library(const std::string& name, pid_t pid) {
  Process process(pid);
  for (const auto& [mapping, module] : process.mappings()) {
    if (!mapping.has_file() || !is_library(fs::path(mapping.path).filename(), name)) continue;
    if (auto file = process.open(mapping, {})) return binary_of(std::move(file), mapping.path, process.root());
  }
  return std::nullopt;
}

std::optional<Binary> cached_library(const std::string& name) {
  const auto bytes = support::read_small_file("/etc/ld.so.cache").value_or("");
  for (const auto& library : read_linker_cache(bytes)) {
    if (!is_library(library.soname, name)) continue;
    if (auto binary = open_native(library.path)) return binary;
  }
  return std::nullopt;
}

std::optional<Binary> library_in_directories(const std::string& name) {
  static constexpr std::array<const char*, 8> directories = {"/lib64",
                                                             "/usr/lib64",
                                                             "/lib/x86_64-linux-gnu",
                                                             "/usr/lib/x86_64-linux-gnu",
                                                             "/lib/aarch64-linux-gnu",
                                                             "/usr/lib/aarch64-linux-gnu",
                                                             "/lib",
                                                             "/usr/lib"};
  for (const char* directory : directories) {
    std::error_code code;
    for (fs::directory_iterator it(directory, code), end; !code && it != end; it.increment(code)) {
      if (!is_library(it->path().filename(), name)) continue;
      if (auto binary = open_native(it->path())) return binary;
    }
  }
  return std::nullopt;
}

std::optional<Binary> program(const std::string& name) {
  static constexpr std::array<const char*, 6> directories = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                                             "/usr/bin",        "/sbin",          "/bin"};
  for (const char* directory : directories) {
    if (auto binary = open_here(fs::path(directory) / name)) return binary;
  }
  return std::nullopt;
}

std::optional<Binary> library(const std::string& name, pid_t pid) {
  if (pid > 0) {
    if (auto binary = mapped_library(name, pid)) return binary;
  }
  if (auto binary = cached_library(name)) return binary;
  return library_in_directories(name);
}

}  // namespace

std::string Binary::path_from_here(pid_t pid) const {
  const auto here = open_regular_here(path, ServedFiles::refuse);
  return pid <= 0 || (here && here.identity == identity) ? path : fmt::format("/proc/{}/root{}", pid, path);
}

std::string Binary::kernel_path() const {
  const auto here = open_regular_here(path, ServedFiles::refuse);
  return here && here.identity == identity ? path : fmt::format("/proc/self/fd/{}", source->fd());
}

std::optional<Binary> open_binary(const std::string& name, pid_t pid) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') == std::string::npos) {
    if (auto binary = library(name, pid)) return binary;
    return program(name);
  }
  if (pid <= 0 || !name.starts_with('/') || name.starts_with("/proc/")) return open_here(name);
  auto root = Process(pid).root();
  if (!root) return std::nullopt;
  auto file = open_regular_in_root(root.get(), name, LastLink::follow, ServedFiles::open);
  return binary_if_opened(std::move(file), name, std::move(root));
}

std::vector<Binary> mapped_binaries(pid_t pid) {
  Process process(pid);
  if (process.reason() == Unresolved::not_permitted)
    support::fail(EACCES, "read the mappings of process", std::to_string(pid));
  if (process.reason() != Unresolved::none || !process.alive()) throw NotFound("process", std::to_string(pid));
  std::vector<Binary> binaries;
  std::set<FileIdentity> seen;
  for (const auto& [mapping, module] : process.mappings()) {
    if (!mapping.has_file()) continue;
    auto file = process.open(mapping, {});
    if (file && seen.insert(file.identity).second) {
      binaries.push_back(binary_of(std::move(file), mapping.path, process.root()));
    }
  }
  return binaries;
}

}  // namespace bccxx::symbols
