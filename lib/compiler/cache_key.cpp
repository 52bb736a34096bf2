// Request, included files, kernel, tracepoint formats, CPUs, and the compiler process itself.

#include "compiler/cache_key.hpp"

#include "compiler/cache_trouble.hpp"
#include "compiler/file_identity.hpp"
#include "compiler/included_text.hpp"
#include "compiler/plain_path.hpp"
#include "compiler/tracepoint_names.hpp"
#include "support/file.hpp"
#include "support/mounts.hpp"

#include <bccxx/support/cpus.hpp>

#include <sys/stat.h>
#include <sys/utsname.h>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_format = "2";

void add_request(Sha256& key, const Request& request) {
  key.field("text", request.text).field("name", request.file_name).field("preamble", request.preamble);
  for (const auto& flag : request.cflags) key.field("flag", flag);
  key.field("headers", static_cast<int>(request.headers)).field("registers", static_cast<int>(request.registers));
  key.field("fexit arguments", request.fexit_arguments);
}

void add_inclusions(Sha256& key, const IncludedText& included) {
  for (const auto& folder : included.folders) key.field("folder", folder.native());
  for (const auto& item : included.inclusions) {
    key.field("include", item.name).field("from", item.path.native()).field("text", item.text);
  }
}

void add_files_times(Sha256& key, const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  key.field("file", path.native()).field("size", info.st_size).field("inode", static_cast<std::int64_t>(info.st_ino));
  key.field("s", info.st_mtim.tv_sec).field("ns", info.st_mtim.tv_nsec);
}

/// An installed kernel tree is known by what its build generated; the headers used are checked with the entry.
void add_kernel_tree(Sha256& key, const Request& request, const utsname& kernel) {
  const auto tree =
      request.kernel_tree.empty() ? fs::path("/lib/modules") / kernel.release / "build" : request.kernel_tree;
  std::error_code absent;
  const auto real = fs::canonical(tree, absent);
  if (absent) return;
  for (const auto* file : {"", "include/generated/autoconf.h", "include/generated/utsrelease.h", "Makefile"}) {
    add_files_times(key, real / file);
  }
}

void add_kernel(Sha256& key, const Request& request) {
  utsname kernel{};
  ::uname(&kernel);
  key.field("release", kernel.release).field("version", kernel.version).field("machine", kernel.machine);
  // The running kernel's build id; one that shows none is told apart by its version above.
  key.field("notes", support::read_small_file("/sys/kernel/notes").value_or(""));
  if (!request.btf.empty()) {
    const auto btf = identify(request.btf.native());
    if (!btf) throw CacheTrouble(request.btf.native() + ": cannot be read");
    key.field("btf", btf->content);
  }
  if (request.headers != Headers::btf) add_kernel_tree(key, request, kernel);
}

/// A format without its "ID:" line, which modules may get anew each time they are loaded.
std::string event_format(const std::string& tracefs, const std::string& event) {
  auto format = support::read_small_file(tracefs + "/events/" + event + "/format").value_or("");
  const auto id = format.find("\nID:");
  if (id != std::string::npos) format.erase(id, format.find('\n', id + 1) - id);
  return format;
}

void add_events(Sha256& key, const Request& request, const IncludedText& included) {
  std::set<std::string> events;
  bool counts_cpus = false;
  const auto scan = [&](std::string_view text) {
    for (const auto& name : tracepoint_names(text)) events.insert(name.category + '/' + name.event);
    counts_cpus = counts_cpus || text.find("bpf_num_cpus") != std::string_view::npos;
  };
  scan(request.text);
  scan(request.preamble);
  for (const auto& item : included.inclusions) scan(item.text);
  const auto tracefs = events.empty() ? std::nullopt : support::find_tracefs();
  for (const auto& event : events) {
    key.field("event", event).field("format", tracefs ? event_format(*tracefs, event) : std::string());
  }
  // libbcc puts the number in as a constant.
  if (counts_cpus) key.field("cpus", static_cast<std::int64_t>(online_cpus().size()));
}

void add_worker(Sha256& key, const fs::path& worker) {
  const auto identity = identify(worker.native());
  if (!identity) throw CacheTrouble(worker.native() + ": cannot be read");
  key.field("worker", identity->content);
}

}  // namespace

Digest cache_key(const Request& request, const fs::path& worker) {
  const auto base = plain_path(request.directory.empty() ? fs::current_path() : request.directory);
  const auto included = read_included_text({request.preamble, request.text}, request.cflags, base);
  if (!included.complete) throw CacheTrouble("the text includes too many files");
  Sha256 key;
  key.field("bccxx key", key_format).field("bccxx", BCCXX_VERSION);
  add_request(key, request);
  // A flag or an #include that is not understood may name a file relative to it.
  if (!request.cflags.empty() || !included.literal) key.field("base", base.native());
  add_inclusions(key, included);
  add_kernel(key, request);
  add_events(key, request, included);
  add_worker(key, worker);
  return key.digest();
}

}  // namespace bccxx::compiler
