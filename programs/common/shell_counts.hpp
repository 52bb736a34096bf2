#pragma once
// The report of the two samples that count execve calls of bash and sh in tables within a table.

#include <bccxx/tables/array.hpp>
#include <bccxx/tables/map_in_map.hpp>

#include <fmt/format.h>

#include <cstdint>

#include "program.hpp"

namespace programs {

/// From a shell (0 bash, 1 sh) to its counts: [0] of root, [1] of everybody else.
using ShellCounts = bccxx::MapInMapTable<int, bccxx::ArrayTable<long>>;

/// Prints both inner tables and sets each back to 0 as soon as it is read.
inline void print_shell_counts(const Program& program, std::uint64_t round, const ShellCounts& outer) {
  if (!program.json()) fmt::print("=================測定結果===================\n");
  for (const int shell : {0, 1}) {
    const auto counts = outer[shell];
    const long root = counts[0];
    const long others = counts[1];
    counts.clear();  // at once: calls that come in between are lost
    if (program.json()) {
      program.print_json({{"round", round}, {"shell", shell == 0 ? "bash" : "sh"}, {"root", root}, {"others", others}});
    } else {
      fmt::print("{}の結果:\n", shell == 0 ? "bash" : "shell");
      fmt::print("rootユーザ: {} 回execve呼び出し\n", root);
      fmt::print("一般ユーザ: {} 回execve呼び出し\n", others);
      fmt::print("{}", shell == 0 ? "\n" : "\n\n");
    }
  }
}

}  // namespace programs
