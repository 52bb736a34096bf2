// The tree: one header with everything the text needs, and a stub for each header somebody includes.
#include "compiler_worker/kernel_headers/kernel_headers.hpp"

#include "compiler/include_names.hpp"
#include "compiler_worker/kernel_headers/base_header.hpp"
#include "compiler_worker/kernel_headers/chosen_definitions.hpp"
#include "compiler_worker/kernel_headers/header_file.hpp"
#include "compiler_worker/kernel_headers/kernel_types.hpp"
#include "compiler_worker/kernel_headers/source_facts.hpp"
#include "compiler_worker/kernel_headers/type_closure.hpp"
#include "compiler_worker/kernel_headers/type_index.hpp"
#include "compiler_worker/kernel_headers/type_writer.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace bccxx::worker {
namespace {

namespace fs = std::filesystem;

/// Reads the text and every file it includes that was found.
SourceFacts read_sources(const HeaderRequest& request) {
  SourceFacts facts;
  read_source(request.text, facts);
  read_source(request.extra_text, facts);
  for (const auto& inclusion : request.included.inclusions) read_source(inclusion.text, facts);
  return facts;
}

/// Headers that nobody but us has. A file asked for with quotes is the user's own, unless its name says it is the
/// kernel's.
std::set<std::string> missing_headers(const HeaderRequest& request) {
  std::set<std::string> names;
  for (const auto& inclusion : request.included.inclusions) {
    const bool users = inclusion.quoted && inclusion.name.find('/') == std::string::npos;
    if (inclusion.path.empty() && !users) names.insert(inclusion.name);
  }
  return names;
}

/// What the kernel's sources have in their include folders.
constexpr auto kernel_folders = std::to_array<std::string_view>(
    {"acpi",     "asm",   "asm-generic", "clocksource", "crypto", "drm",  "generated", "keys", "kunit", "kvm", "linux",
     "math-emu", "media", "memory",      "misc",        "mtd",    "net",  "pcmcia",    "ras",  "rdma",  "rv",  "scsi",
     "soc",      "sound", "target",      "trace",       "uapi",   "vdso", "video",     "xen",  "ufs"});
/// Headers of C whose names a text may expect; the kernel has them by others.
constexpr std::array<std::string_view, 4> standard_headers{"stdbool.h", "stddef.h", "stdint.h", "string.h"};

/// A header that is ours to make: the kernel's, and inside the tree.
bool is_stub(std::string_view name) {
  if (name.empty() || name.find("..") != std::string_view::npos) return false;
  if (std::ranges::find(standard_headers, name) != standard_headers.end()) return true;
  const auto folder = name.find('/');
  return folder != std::string_view::npos &&
         std::ranges::find(kernel_folders, name.substr(0, folder)) != kernel_folders.end();
}

void write_stubs(const std::set<std::string>& includes, const fs::path& include) {
  std::set<std::string> names{"linux/types.h", "linux/bpf_common.h"};
  for (const auto& name : names) write_header(include / name, "#include <bccxx_base.h>\n");
  for (const auto& name : includes) {
    if (is_stub(name) && names.insert(name).second) write_header(include / name, "#include <bccxx_kernel.h>\n");
  }
}

/// What libbcc's headers include even if the caller did not say so.
constexpr std::string_view usual_bcc_includes =
    "#include <uapi/linux/bpf.h>\n#include <uapi/linux/if_packet.h>\n#include <uapi/linux/if_ether.h>\n"
    "#include <linux/version.h>\n#include <linux/log2.h>\n#include <asm/page.h>\n#include <asm/types.h>\n";

/// What the records of tracepoints are made of, beside plain integers. Their structs come from tracefs, not the text.
constexpr std::array<std::string_view, 20> record_types{
    "pid_t", "dev_t",    "sector_t", "loff_t",     "ino_t",           "gfp_t",    "umode_t",
    "uid_t", "gid_t",    "off_t",    "timer_t",    "key_t",           "time64_t", "sigset_t",
    "rwf_t", "blkcnt_t", "uint",     "vm_flags_t", "resource_size_t", "clockid_t"};

void want_record_types(SourceFacts& wanted) {
  const bool has_tracepoint = std::any_of(
      wanted.identifiers.begin(), wanted.identifiers.end(),
      [](std::string_view name) { return name == "TRACEPOINT_PROBE" || name.substr(0, 12) == "tracepoint__"; });
  if (has_tracepoint) wanted.identifiers.insert(record_types.begin(), record_types.end());
}

/// BPF_ITER(task) takes a struct bpf_iter__task. The names stay in `storage`.
void want_composed_tags(SourceFacts& wanted, std::deque<std::string>& storage) {
  for (const auto kind : wanted.iterators) wanted.tags.insert(storage.emplace_back("bpf_iter__" + std::string(kind)));
  // The kernel's own sources know it by a macro of the shorter name.
  if (wanted.tags.count("sockaddr_storage") != 0) wanted.tags.insert("__kernel_sockaddr_storage");
}

TakenNames taken_names(const SourceFacts& text, const SourceFacts& bcc) {
  TakenNames taken{text.defined_tags, text.defined_names};
  taken.tags.insert(bcc.defined_tags.begin(), bcc.defined_tags.end());
  taken.names.insert(bcc.defined_names.begin(), bcc.defined_names.end());
  taken.names.insert(bcc.defined_macros.begin(), bcc.defined_macros.end());
  return taken;
}

/// Structs, unions and enums that the text means to find in the kernel, and does not.
NameSet lacking_tags(const TypeIndex& index, const SourceFacts& text, const TakenNames& taken) {
  auto lacking = index.lacking(text.tags);
  for (const auto tag : taken.tags) lacking.erase(tag);
  return lacking;
}

}  // namespace

fs::path write_kernel_headers(const HeaderRequest& request, const fs::path& directory) {
  const SourceFacts text = read_sources(request);
  SourceFacts bcc;
  const std::string base = base_header();
  read_source(base, bcc);
  read_source(request.bcc_headers, bcc);

  const TakenNames taken = taken_names(text, bcc);
  SourceFacts wanted = text;
  wanted.tags.insert("pt_regs");
  for (const std::string_view name : {"di", "si", "regs"}) wanted.identifiers.insert(name);
  want_record_types(wanted);
  std::deque<std::string> composed_tags;
  want_composed_tags(wanted, composed_tags);
  ChosenDefinitions definitions(wanted, taken);
  if (wanted.composes_names) wanted.tags.insert(wanted.identifiers.begin(), wanted.identifiers.end());

  KernelTypes types(request.btf);
  TypeIndex index(types.get(), wanted.identifiers, wanted.tags, definitions.asked_tags());
  fs::path module;
  if (auto lacking = lacking_tags(index, text, taken); !request.modules.empty() && !lacking.empty()) {
    module = types.add_module(request.modules, lacking);
    if (!module.empty()) index = TypeIndex(types.get(), wanted.identifiers, wanted.tags, definitions.asked_tags());
  }
  const TypeClosure closure(index, taken,
                            wanted.composes_names ? TypeClosure::Members::all : TypeClosure::Members::needed);

  const fs::path include = directory / "include";
  write_header(include / "linux/kconfig.h", kconfig_header());
  write_header(include / "bccxx_base.h", base);
  write_header(include / "bccxx_kernel.h", "#pragma once\n#include <bccxx_base.h>\n" + write_types(closure) +
                                               definitions.write(index, version_header(request.kernel_release)));
  auto stubs = missing_headers(request);
  for (const std::string_view source :
       {std::string_view(base), std::string_view(request.bcc_headers), usual_bcc_includes}) {
    for (auto& name : compiler::include_names(source).names) stubs.insert(std::move(name.text));
  }
  write_stubs(stubs, include);
  return module;
}

}  // namespace bccxx::worker
