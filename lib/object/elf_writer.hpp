#pragma once
// Writes an object: an ELF file that libbpf, bpftool and llvm-objdump take as it is.

#include "object/image.hpp"

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <vector>

namespace bccxx::object {

/// The bytes of the object. Equal images give equal bytes.
///
/// Throws: SystemError when libbpf refuses the types, std::logic_error for references out of range
[[nodiscard]] BCCXX_API std::vector<std::byte> write_elf(const Image& image);

}  // namespace bccxx::object
