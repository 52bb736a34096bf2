// Everything goes through one descriptor of /proc/PID, which names nothing once the process has gone.

#include "symbols/process.hpp"

#include "symbols/line_splitter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>

namespace bccxx::symbols {
namespace {

/// Mappings older than this are read again before they are trusted.
constexpr auto mappings_age = std::chrono::seconds(1);
constexpr std::uint64_t most_vdso_bytes = std::uint64_t{256} << 10;
constexpr std::uint64_t most_perf_map_bytes = std::uint64_t{64} << 20;
constexpr std::size_t most_text_bytes = std::size_t{4} << 20;

UniqueFd open_at(int directory, const char* name, int flags) {
  return UniqueFd(::openat(directory, name, flags | O_CLOEXEC));
}

/// A text file of /proc, cut at a few megabytes.
std::string read_text(int directory, const char* name) {
  const auto fd = open_at(directory, name, O_RDONLY);
  std::string text;
  std::array<char, 16384> block{};
  while (fd && text.size() < most_text_bytes) {
    const auto n = ::read(fd.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(n));
  }
  return text;
}

/// The words of the line of /proc/PID/status that starts with `key`.
std::vector<std::string_view> status_field(std::string_view status, std::string_view key) {
  std::vector<std::string_view> words;
  auto at = status.find(key);
  if (at == std::string_view::npos) return words;
  auto line = status.substr(at + key.size());
  line = line.substr(0, line.find('\n'));
  while (!line.empty()) {
    const auto word = line.substr(0, line.find_first_of(" \t"));
    if (!word.empty()) words.push_back(word);
    line.remove_prefix(std::min(line.size(), word.size() + 1));
  }
  return words;
}

}  // namespace

Process::Process(pid_t pid) : pid_(pid) {
  const auto path = fmt::format("/proc/{}", pid);
  directory_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_) reason_ = errno == EACCES ? Unresolved::not_permitted : Unresolved::process_gone;
  refresh();
}

bool Process::alive() const { return directory_ && ::faccessat(directory_.get(), "stat", F_OK, 0) == 0; }

void Process::refresh_if_old() {
  if (std::chrono::steady_clock::now() - read_at_ > mappings_age) refresh();
}

/// The kernel gives paths as we would see them: those of a process in a chroot start with its root.
void Process::take_root_off(std::vector<Mapping>& mappings) const {
  std::array<char, PATH_MAX> text{};
  const auto size = ::readlinkat(directory_.get(), "root", text.data(), text.size());
  if (size <= 1) return;
  const std::string_view root(text.data(), static_cast<std::size_t>(size));
  for (auto& mapping : mappings)
    if (mapping.path.starts_with(root) && std::string_view(mapping.path).substr(root.size()).starts_with('/'))
      mapping.path.erase(0, root.size());
}

void Process::refresh() {
  read_at_ = std::chrono::steady_clock::now();
  if (!directory_) return;
  const auto maps = open_at(directory_.get(), "maps", O_RDONLY);
  if (!maps && mappings_.empty())
    reason_ = errno == EACCES || errno == EPERM ? Unresolved::not_permitted : Unresolved::process_gone;
  if (!maps) return;
  auto mappings = read_executable_mappings(maps.get());
  // One that is about to go has no memory any more: what it had stays known.
  if (!mappings || (mappings->empty() && !mappings_.empty())) return;
  take_root_off(*mappings);
  std::vector<MappedFile> fresh;
  fresh.reserve(mappings->size());
  auto old = mappings_.begin();
  for (auto& mapping : *mappings) {
    while (old != mappings_.end() && old->mapping.start < mapping.start) ++old;
    const bool same = old != mappings_.end() && old->mapping == mapping;
    fresh.push_back({std::move(mapping), same ? std::move(old->module) : std::weak_ptr<Module>()});
  }
  if (!std::ranges::equal(fresh, mappings_, {}, &MappedFile::mapping, &MappedFile::mapping)) ++generation_;
  mappings_ = std::move(fresh);
  path_bytes_ = 0;
  for (const auto& file : mappings_) path_bytes_ += file.mapping.path.capacity();
}

Process::MappedFile* Process::find(std::uint64_t address) {
  const auto next =
      std::ranges::upper_bound(mappings_, address, {}, [](const MappedFile& file) { return file.mapping.start; });
  if (next == mappings_.begin()) return nullptr;
  auto& file = *std::prev(next);
  return address < file.mapping.end ? &file : nullptr;
}

TargetFile Process::open(const Mapping& mapping, const SymbolOptions& options) {
  const auto served = served_files(options);
  // The kernel's own link leads to the very file, whatever has become of its name or mount.
  const auto link = fmt::format("map_files/{:x}-{:x}", mapping.start, mapping.end);
  auto file = open_regular(directory_.get(), link, served);
  const bool seen = file || file.reason == Unresolved::not_a_regular_file || file.reason == Unresolved::fuse_file;
  if (seen || mapping.deleted) return file;
  // Our own root may hold quite another file of that name, so a process that has gone leaves nothing to open.
  const auto process_root = root();
  if (!process_root) return file;
  file = open_regular_in_root(process_root.get(), mapping.path, LastLink::follow, served);
  if (file && file.identity.inode != mapping.inode) {
    file.fd.reset();
    file.reason = Unresolved::file_replaced;
  }
  return file;
}

UniqueFd Process::root() const {
  return directory_ ? open_at(directory_.get(), "root", O_PATH | O_DIRECTORY) : UniqueFd();
}

UniqueFd Process::memory() const { return directory_ ? open_at(directory_.get(), "mem", O_RDONLY) : UniqueFd(); }

bool Process::has_page(std::uint64_t address) const {
  if (!directory_) return false;
  const auto pages = open_at(directory_.get(), "pagemap", O_RDONLY);
  const auto page = address / static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t entry = 0;
  const auto at = static_cast<off_t>(page * sizeof(entry));
  if (!pages || ::pread(pages.get(), &entry, sizeof(entry), at) != static_cast<ssize_t>(sizeof(entry))) return false;
  return entry >> 62 != 0;
}

std::vector<std::byte> Process::read_vdso(const Mapping& mapping) const {
  const auto fd = memory();
  std::vector<std::byte> image(std::min(mapping.end - mapping.start, most_vdso_bytes));
  if (!fd || ::pread(fd.get(), image.data(), image.size(), static_cast<off_t>(mapping.start)) !=
                 static_cast<ssize_t>(image.size()))
    image.clear();
  return image;
}

std::size_t Process::memory_size() const noexcept {
  return sizeof(Process) + mappings_.capacity() * sizeof(MappedFile) + path_bytes_ + perf_map_.memory_size();
}

const PerfMap& Process::perf_map() {
  const auto process_root = root();
  if (!process_root) return perf_map_;
  const auto status = read_text(directory_.get(), "status");
  const auto pids = status_field(status, "\nNSpid:");
  const auto uids = status_field(status, "\nUid:");
  if (pids.empty() || uids.size() < 2) return perf_map_;
  const auto path = fmt::format("/tmp/perf-{}.map", pids.back());
  const auto file = open_regular_in_root(process_root.get(), path, LastLink::refuse, ServedFiles::refuse);
  // Anybody may write into /tmp: only the process's own user, or root, has a say in its names.
  const bool accepted = file && (file.owner == 0 || fmt::to_string(file.owner) == uids[1]);
  if (!accepted || file.identity == perf_map_identity_) return perf_map_;
  perf_map_ = read_perf_map(file.fd.get(), most_perf_map_bytes);
  perf_map_identity_ = file.identity;
  return perf_map_;
}

}  // namespace bccxx::symbols
