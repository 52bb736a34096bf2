#pragma once
// What the tracer and the process that reads DWARF write to each other, over a socket between them.

#include "symbols/dwarf_file.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

/// `count` addresses follow it; the descriptor of the file they are in travels with it.
struct DwarfQuestion {
  /// Few, so that the time limit of an answer is far from what a busy machine needs for one.
  static constexpr std::uint64_t most_addresses = 128;
  std::uint64_t key = 0;
  std::uint64_t count = 0;
};

/// The bytes of an answer, which its length goes before.
constexpr std::size_t most_answer_bytes = std::size_t{64} << 20;

/// These say whether all went through; nothing waits longer than until `deadline` where there is one.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;
[[nodiscard]] bool send_all(int socket, std::span<const std::byte> bytes);
[[nodiscard]] bool receive_all(int socket, std::span<std::byte> bytes, Deadline deadline);
[[nodiscard]] bool send_question(int socket, const DwarfQuestion& question, int fd);
[[nodiscard]] bool receive_question(int socket, DwarfQuestion& question, UniqueFd& fd);

/// The answer for some places.
[[nodiscard]] BCCXX_API std::string write_places(std::span<const SourcePlace> places);
/// Reads `count` places. The worker may be in the hands of whoever made the file: its answer is checked like any input.
///
/// Returns: nullopt when the bytes are no such answer
[[nodiscard]] BCCXX_API std::optional<std::vector<SourcePlace>> read_places(std::string_view bytes, std::size_t count);

}  // namespace bccxx::symbols
