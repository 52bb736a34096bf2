// A note is a header, a name and a content, both padded to four bytes; both classes of ELF have the same header.

#include "support/build_id_note.hpp"

#include <elf.h>
#include <cstdint>
#include <cstring>

namespace bccxx::support {

std::span<const std::byte> find_build_id(std::span<const std::byte> notes) noexcept {
  static_assert(sizeof(Elf32_Nhdr) == sizeof(Elf64_Nhdr));
  const auto padded = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
  std::uint64_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= notes.size()) {
    Elf64_Nhdr note{};
    std::memcpy(&note, notes.data() + at, sizeof(note));
    const auto name = at + sizeof(note);
    const auto content = name + padded(note.n_namesz);
    if (content + note.n_descsz > notes.size()) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(notes.data() + name, "GNU", 4) == 0)
      return notes.subspan(content, note.n_descsz);
    at = content + padded(note.n_descsz);
  }
  return {};
}

}  // namespace bccxx::support
