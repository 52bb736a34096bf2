#pragma once
// The .BTF and .BTF.ext sections: types, map definitions, and which instruction came from which line.

#include "object/image.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bccxx::object {

/// Where a program ended up.
struct Placement {
  std::string section;
  std::size_t first_instruction = 0;  ///< within the section
};

struct BtfSections {
  std::vector<std::byte> btf;
  std::vector<std::byte> ext;
  std::vector<std::uint32_t> map_offsets;  ///< of each map's variable in `.maps`
  std::vector<std::uint32_t> map_sizes;
  std::uint32_t maps_size = 0;
};

/// Placements are in the order of Image::programs.
///
/// Throws: SystemError when libbpf refuses the types
[[nodiscard]] BtfSections write_btf(const Image& image, const std::vector<Placement>& placements);

}  // namespace bccxx::object
