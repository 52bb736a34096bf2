// A candidate counts only when it proves it belongs to the binary: by build id, or where there is none, by checksum.

#include "symbols/debug_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lzma.h>

namespace bccxx::symbols {
namespace {

/// A file with a hole in it has any size, and a checksum is of all of it.
constexpr std::uint64_t most_checked_bytes = std::uint64_t{4} << 30;

std::string build_id_path(const std::string& directory, const BuildId& id) {
  const auto hex = id.hex();
  return fmt::format("{}/.build-id/{}/{}.debug", directory, hex.substr(0, 2), hex.substr(2));
}

/// Directories of this machine are named by the user; all other paths come out of the process.
TargetFile open_by_build_id(int root_fd, const std::string& path, ServedFiles served) {
  return root_fd < 0 ? open_regular(AT_FDCWD, path, ServedFiles::open)
                     : open_regular_in_root(root_fd, path, LastLink::follow, served);
}

TargetFile open_by_link(int root_fd, const std::string& path, ServedFiles served) {
  return root_fd < 0 ? open_regular_here(path, served) : open_regular_in_root(root_fd, path, LastLink::follow, served);
}

std::optional<DebugFile> read_candidate(TargetFile opened) {
  if (!opened) return std::nullopt;
  const bool trusted = opened.is_trusted();
  const auto source = std::make_shared<const FileSource>(std::move(opened.fd), opened.identity.size);
  DebugFile debug{ElfFile(source), source, trusted};
  if (debug.file.reason() != Unresolved::none) return std::nullopt;
  return debug;
}

std::vector<std::string> debug_link_paths(const std::string& binary, const std::string& name,
                                          const SymbolOptions& options) {
  const auto directory = binary.substr(0, binary.rfind('/') + 1);
  std::vector<std::string> paths = {directory + name, directory + ".debug/" + name};
  for (const auto& debug : options.debug_directories) paths.push_back(debug + directory + name);
  return paths;
}

bool belongs(const DebugFile& debug, const ElfFile& binary, const DebugLink& link, const SymbolOptions& options) {
  if (debug.file.build_id() != binary.build_id()) return false;
  const bool must_check = options.debug_files == SymbolOptions::DebugFiles::check_crc || binary.build_id().empty();
  if (!must_check) return true;
  return debug.source->size() <= most_checked_bytes && debug_link_crc(*debug.source) == link.crc;
}

std::optional<DebugFile> find_in(int root_fd, const ElfFile& binary, const std::string& path,
                                 const SymbolOptions& options) {
  const auto served = served_files(options);
  if (!binary.build_id().empty()) {
    for (const auto& directory : options.debug_directories) {
      auto debug = read_candidate(open_by_build_id(root_fd, build_id_path(directory, binary.build_id()), served));
      if (debug && debug->file.build_id() == binary.build_id()) return debug;
    }
  }
  const auto link = binary.debug_link();
  if (!link || !path.starts_with('/')) return std::nullopt;
  for (const auto& candidate : debug_link_paths(path, link->file_name, options)) {
    auto debug = read_candidate(open_by_link(root_fd, candidate, served));
    if (debug && belongs(*debug, binary, *link, options)) return debug;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DebugFile> find_debug_file(const ElfFile& binary, const std::string& path, int root_fd,
                                         const SymbolOptions& options) {
  if (options.debug_files == SymbolOptions::DebugFiles::ignore) return std::nullopt;
  if (auto here = find_in(-1, binary, path, options)) return here;
  return root_fd < 0 ? std::nullopt : find_in(root_fd, binary, path, options);
}

std::optional<DebugFile> find_debug_file(const BuildId& id, const SymbolOptions& options) {
  if (id.empty() || options.debug_files == SymbolOptions::DebugFiles::ignore) return std::nullopt;
  for (const auto& directory : options.debug_directories) {
    auto debug = read_candidate(open_by_build_id(-1, build_id_path(directory, id), ServedFiles::open));
    if (debug && debug->file.build_id() == id) return debug;
  }
  return std::nullopt;
}

std::optional<DebugFile> find_kernel_debug_file(const BuildId& id, const std::string& release,
                                                const SymbolOptions& options) {
  if (auto named = find_debug_file(id, options)) return named;
  if (id.empty() || options.debug_files == SymbolOptions::DebugFiles::ignore) return std::nullopt;
  for (const auto& directory : options.debug_directories) {
    for (const auto& place : {"/boot/vmlinux-" + release, "/lib/modules/" + release + "/vmlinux"}) {
      auto debug = read_candidate(open_regular(AT_FDCWD, directory + place, ServedFiles::open));
      if (debug && debug->file.build_id() == id) return debug;
    }
  }
  return std::nullopt;
}

std::uint32_t debug_link_crc(const ByteSource& source) {
  std::uint32_t crc = 0;
  std::vector<std::byte> block(std::size_t{256} << 10);
  for (std::uint64_t at = 0; at < source.size();) {
    const auto n = source.read_some(at, block);
    if (n == 0) break;
    crc = ::lzma_crc32(reinterpret_cast<const std::uint8_t*>(block.data()), n, crc);
    at += n;
  }
  return crc;
}

}  // namespace bccxx::symbols
