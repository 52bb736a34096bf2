#pragma once
// The BTF a text's types come from: a kernel's, and that of one of its modules where the kernel itself lacks a type.

#include "compiler_worker/kernel_headers/source_facts.hpp"
#include "support/btf_pointer.hpp"

#include <bpf/btf.h>

#include <filesystem>

namespace bccxx::worker {

class KernelTypes {
 public:
  /// Reads a raw BTF file or the .BTF section of an ELF file.
  ///
  /// Throws: SystemError when it cannot be read or is no BTF
  explicit KernelTypes(const std::filesystem::path& path);

  /// Adds the module, of those in the folder, that has most of these structs, unions and enums; none when none has any.
  ///
  /// Returns: its file
  std::filesystem::path add_module(const std::filesystem::path& folder, const NameSet& tags);

  [[nodiscard]] const btf* get() const noexcept { return module_ ? module_.get() : kernel_.get(); }

 private:
  // A module's types refer to the kernel's, which therefore go last.
  support::BtfPointer kernel_;
  support::BtfPointer module_;
};

}  // namespace bccxx::worker
