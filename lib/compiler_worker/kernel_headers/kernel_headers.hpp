#pragma once
// Kernel headers for one program text, made from BTF: a tree that libbcc takes for a kernel source tree.

#include "compiler/included_text.hpp"

#include <filesystem>
#include <string>

namespace bccxx::worker {

struct HeaderRequest {
  /// The program text; its identifiers choose the types.
  std::string text;
  /// Further text whose identifiers count, such as the compiler's flags and USDT readers.
  std::string extra_text;
  /// The headers that libbcc itself brings: what they define is left out, what they include is there.
  std::string bcc_headers;
  /// What the text includes: files that were found are read, for the other names headers are made.
  compiler::IncludedText included;
  std::filesystem::path btf = "/sys/kernel/btf/vmlinux";
  /// The BTF of the kernel's modules, asked for types that `btf` lacks; empty means none.
  std::filesystem::path modules;
  /// The kernel that `btf` belongs to, for LINUX_VERSION_CODE; empty means the running one.
  std::string kernel_release;
};

/// Writes the tree under `directory`, which becomes BCC_KERNEL_SOURCE. The same request gives the same files.
///
/// Returns: the file of the module some types were taken from; empty when there was none
/// Throws:  SystemError when the BTF cannot be read or a file not be written
std::filesystem::path write_kernel_headers(const HeaderRequest& request, const std::filesystem::path& directory);

}  // namespace bccxx::worker
