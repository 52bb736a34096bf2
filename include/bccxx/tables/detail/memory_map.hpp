#pragma once
// The memory of an array map, mapped.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx::detail {

enum class MemoryAccess { read, write };

/// Unmaps when it goes. Stays good when the map's descriptor has been closed.
class BCCXX_API MemoryMap {
 public:
  /// Returns: nullopt unless the map was made with BPF_F_MMAPABLE
  /// Throws:  SystemError with the errno of mmap(2)
  [[nodiscard]] static std::optional<MemoryMap> of(const Map& map, MemoryAccess access = MemoryAccess::read);

  MemoryMap(MemoryMap&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)),
        length_(other.length_),
        stride_(other.stride_),
        count_(other.count_) {}
  MemoryMap& operator=(MemoryMap&&) = delete;
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;
  ~MemoryMap();

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// Aligned to 8 bytes; writing needs MemoryAccess::write.
  [[nodiscard]] std::byte* element(std::size_t index) const noexcept { return memory_ + index * stride_; }

 private:
  MemoryMap(std::byte* memory, std::size_t length, std::size_t stride, std::size_t count) noexcept
      : memory_(memory), length_(length), stride_(stride), count_(count) {}

  std::byte* memory_;
  std::size_t length_;
  std::size_t stride_;
  std::size_t count_;
};

/// A V from memory that programs write meanwhile, eight bytes at a time: no word of it is torn.
template <class V>
[[nodiscard]] V load_shared(const std::byte* from) noexcept {
  constexpr std::size_t words = (sizeof(V) + 7) / 8;
  std::array<std::uint64_t, words> copy;
  const auto* const source = reinterpret_cast<const std::uint64_t*>(from);  // elements take whole words
  for (std::size_t i = 0; i < words; ++i) copy[i] = __atomic_load_n(source + i, __ATOMIC_RELAXED);
  std::array<std::byte, sizeof(V)> bytes;
  std::memcpy(bytes.data(), copy.data(), sizeof(V));
  return std::bit_cast<V>(bytes);
}

/// A number that can be read and zeroed in one step.
template <class V>
concept Exchangeable = std::integral<V> &&(sizeof(V) == 4 || sizeof(V) == 8);

template <Exchangeable V>
[[nodiscard]] V take_shared(std::byte* from) noexcept {
  return __atomic_exchange_n(reinterpret_cast<V*>(from), V{0}, __ATOMIC_RELAXED);
}

/// Every number of an array, each read and zeroed in one step.
///
/// Returns: nullopt, with nothing taken, unless the map was made with BPF_F_MMAPABLE
/// Throws:  SystemError with the errno of mmap(2)
template <Exchangeable V>
[[nodiscard]] std::optional<std::vector<V>> take_all_shared(const Map& map) {
  const auto memory = MemoryMap::of(map, MemoryAccess::write);
  if (!memory) return std::nullopt;
  std::vector<V> numbers(memory->count());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = take_shared<V>(memory->element(i));
  return numbers;
}

}  // namespace bccxx::detail
