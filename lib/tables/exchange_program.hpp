#pragma once
// A BPF program that exchanges the numbers of listed keys with zero, and the memory in which they are listed.

#include <bccxx/tables/map.hpp>

#include <linux/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bccxx::detail {

/// How many keys one run of the program does; the verifier goes through all of them.
inline constexpr std::uint32_t exchanges_each_run = 64;

struct ExchangeHeader {
  std::uint64_t next;   ///< the first key that is not done yet; the program counts it up
  std::uint64_t count;  ///< how many keys there are
  std::uint64_t cpu;    ///< whose numbers, with WhichCpu::any
};

/// A header, then entries of a key and its number, each at a multiple of eight bytes.
struct ExchangeLayout {
  ExchangeLayout(std::size_t key_size, std::size_t keys)
      : number_at((key_size + 7) / 8 * 8),
        entry(number_at + sizeof(std::uint64_t)),
        chunk(std::min(keys, std::max<std::size_t>(exchanges_each_run, 64 * 1024 / entry))) {}

  [[nodiscard]] std::size_t size() const noexcept { return sizeof(ExchangeHeader) + chunk * entry; }
  [[nodiscard]] std::byte* key(std::byte* memory, std::size_t index) const noexcept {
    return memory + sizeof(ExchangeHeader) + index * entry;
  }
  [[nodiscard]] std::byte* number(std::byte* memory, std::size_t index) const noexcept {
    return key(memory, index) + number_at;
  }

  std::size_t number_at;
  std::size_t entry;
  std::size_t chunk;  ///< how many entries there are
};

/// Whose numbers a program takes from a map with a value for each CPU.
enum class WhichCpu {
  own,  ///< those of the CPU it runs on
  any,  ///< those of the CPU in the header, by a helper of Linux 5.19
};

/// The instructions for `map`. `shared` is an array with one value, of layout.size() bytes.
[[nodiscard]] std::vector<bpf_insn> exchange_program(const Map& map, int shared, const ExchangeLayout& layout,
                                                     WhichCpu which);

/// A program that does no more than exchange a number on its stack.
[[nodiscard]] std::vector<bpf_insn> smallest_exchange();

}  // namespace bccxx::detail
