// Searches in blocks that overlap by what is searched.

#include "symbols/elf_strings.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace bccxx::symbols {
namespace {

constexpr std::size_t longest_string = std::size_t{64} << 10;
constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr std::size_t most_places = std::size_t{1} << 20;

/// Adds the places in `block`, which starts at `base` of the table.
void find_in(std::string_view block, std::uint64_t base, std::string_view wanted, std::string_view ends,
             std::vector<std::uint32_t>& places) {
  while (block.size() > wanted.size() && places.size() < most_places) {
    const auto* at = static_cast<const char*>(::memmem(block.data(), block.size() - 1, wanted.data(), wanted.size()));
    if (at == nullptr) return;
    const auto place = static_cast<std::size_t>(at - block.data());
    if (ends.find(at[wanted.size()]) != std::string_view::npos)
      places.push_back(static_cast<std::uint32_t>(base + place));
    base += place + 1;
    block.remove_prefix(place + 1);
  }
}

}  // namespace

std::string ElfStrings::at(std::uint64_t offset) const {
  if (offset >= size_) return {};
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size_ - offset, longest_string));
  if (!kept_.empty()) return {kept_.data() + offset, ::strnlen(kept_.data() + offset, most)};
  std::string text;
  std::array<char, 256> block{};
  while (text.size() < most) {
    const auto wanted = std::min(block.size(), most - text.size());
    const auto got =
        source_->read_some(offset_ + offset + text.size(), std::as_writable_bytes(std::span(block).first(wanted)));
    const auto length = ::strnlen(block.data(), got);
    text.append(block.data(), length);
    if (length < wanted) break;
  }
  return text;
}

std::vector<std::uint32_t> ElfStrings::find(std::string_view wanted, std::string_view ends) const {
  std::vector<std::uint32_t> places;
  if (wanted.empty() || wanted.size() > longest_string || size_ > UINT32_MAX) return places;
  if (!kept_.empty()) {
    find_in({kept_.data(), kept_.size()}, 0, wanted, ends, places);
    return places;
  }
  std::vector<char> block(std::min<std::uint64_t>(size_, block_bytes + wanted.size()));
  for (std::uint64_t base = 0; base + wanted.size() < size_; base += block.size() - wanted.size()) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), size_ - base));
    if (!source_->read(offset_ + base, std::as_writable_bytes(std::span(block).first(size)))) break;
    find_in({block.data(), size}, base, wanted, ends, places);
  }
  return places;
}

bool ElfStrings::keep(std::uint64_t most_bytes) {
  if (!kept_.empty()) return true;
  if (size_ == 0 || size_ > most_bytes) return false;
  std::vector<char> all(size_);
  if (!source_->read(offset_, std::as_writable_bytes(std::span(all)))) return false;
  kept_ = std::move(all);
  source_.reset();
  return true;
}

}  // namespace bccxx::symbols
