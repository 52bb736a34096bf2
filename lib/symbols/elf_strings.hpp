#pragma once
// A string table: in the file until asked for, or kept in memory when it is small.

#include "symbols/byte_source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API ElfStrings {
 public:
  ElfStrings() = default;
  /// `size` bytes from `offset` must lie within the source.
  ElfStrings(std::shared_ptr<const ByteSource> source, std::uint64_t offset, std::uint64_t size)
      : source_(std::move(source)), offset_(offset), size_(size) {}

  /// The string that starts at `offset`; empty outside the table. Very long ones are cut.
  [[nodiscard]] std::string at(std::uint64_t offset) const;
  /// Every place where `wanted` stands with one of the characters `ends` behind it, ascending. One pass over the table,
  /// whatever its size; a string may share the tail of another.
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view wanted, std::string_view ends = {"\0", 1}) const;
  /// Reads all into memory unless it is more than `most_bytes`, and lets go of the file. Says whether it did.
  bool keep(std::uint64_t most_bytes);
  [[nodiscard]] std::size_t memory_size() const noexcept { return kept_.capacity(); }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  std::vector<char> kept_;
};

}  // namespace bccxx::symbols
