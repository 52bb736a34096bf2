// libbcc calls these through its procedure linkage table, so the executable's definitions come first.

#include "compiler_worker/libbcc/stand_ins.hpp"

#include "compiler_worker/libbcc/recording.hpp"

#include <bcc/bcc_syms.h>
#include <bcc/libbpf.h>

#include <dlfcn.h>

#include <istream>
#include <map>
#include <string>
#include <vector>

namespace bccxx::worker {
namespace {

std::vector<Tracepoint>& served() {
  static std::vector<Tracepoint> tracepoints;
  return tracepoints;
}

/// libbcc splits the struct's name at its last double underscore, which need not be where the category ends.
const Tracepoint* find(const std::string& category, const std::string& event) {
  for (const auto& tracepoint : served()) {
    if (tracepoint.category + "__" + tracepoint.event == category + "__" + event) return &tracepoint;
  }
  return nullptr;
}

}  // namespace

void serve_tracepoints(std::vector<Tracepoint> tracepoints) { served() = std::move(tracepoints); }

std::string own_headers(const std::string& text) {
  using Files = std::map<std::string, const char*>;
  // Its class has no installed header; the name is that of the static member ebpf::ExportedFiles::headers_.
  const auto* files = static_cast<const Files*>(::dlsym(RTLD_DEFAULT, "_ZN4ebpf13ExportedFiles8headers_B5cxx11E"));
  std::string headers;
  if (files == nullptr) return headers;
  for (const auto& [name, content] : *files) {
    const bool asked_for = name.find("/proto.h") == std::string::npos || text.find("bcc/proto.h") != std::string::npos;
    if (asked_for && name.find("/include/bcc/") != std::string::npos) headers += std::string(content) + '\n';
  }
  return headers;
}

}  // namespace bccxx::worker

namespace ebpf {

std::string tracepoint_format_file(const std::string& category, const std::string& event);
std::string parse_tracepoint(std::istream& input, const std::string& category, const std::string& event);
std::vector<int> get_possible_cpus();

std::string tracepoint_format_file(const std::string& category, const std::string& event) {
  const auto* tracepoint = bccxx::worker::find(category, event);
  return tracepoint == nullptr ? std::string() : tracepoint->format_file;
}

std::string parse_tracepoint(std::istream& /*input*/, const std::string& category, const std::string& event) {
  const auto* tracepoint = bccxx::worker::find(category, event);
  return tracepoint == nullptr ? std::string() : tracepoint->declaration;
}

std::vector<int> get_possible_cpus() { return std::vector<int>(bccxx::worker::stand_in_cpus); }

}  // namespace ebpf

extern "C" {

// Would create the directories of a pinned map, and look for bpffs there.
int bcc_make_parent_dir(const char* /*path*/) { return 0; }
int bcc_check_bpffs_path(const char* /*path*/) { return 0; }

// libbcc only asks whether the kernel has bpf_probe_read_kernel and bpf_probe_read_user; 5.5 and later have.
void* bcc_symcache_new(int /*pid*/, struct bcc_symbol_option* /*option*/) { return nullptr; }
void bcc_free_symcache(void* /*cache*/, int /*pid*/) {}
int bcc_symcache_resolve_name(void* /*cache*/, const char* /*module*/, const char* /*name*/, uint64_t* address) {
  *address = 0;
  return 0;
}

}  // extern "C"
