// What the finding of members needs only once.

#include <bccxx/tables/detail/layout.hpp>

#include "tables/btf_bits.hpp"

#include <algorithm>

namespace bccxx::detail {

void Leaves::add(const Leaf& leaf) {
  if (!full()) {
    leaves_.push_back(leaf);
    return;
  }
  auto& last = leaves_.back();
  last = {.offset = last.offset, .width = std::max(last.end(), leaf.end()) - last.offset};
}

Leaf set_bits(const void* memory, std::size_t size) noexcept {
  const auto* const bytes = static_cast<const std::byte*>(memory);
  std::size_t first = size * 8;
  std::size_t last = 0;
  for (std::size_t bit = 0; bit < size * 8; ++bit) {
    if ((std::to_integer<unsigned>(bytes[bit / 8]) & mask_of_bit(bit)) == 0) continue;
    first = std::min(first, bit);
    last = bit;
  }
  return {.offset = first, .width = last + 1 - std::min(first, last + 1)};
}

}  // namespace bccxx::detail
