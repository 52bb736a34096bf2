// Prints any map of the kernel that has keys, whoever made it: its types tell how.
//
// Run it as root:  map_dump MAP [interval [count]]
// MAP is an id, as `bpftool map` lists them, or the path of a pin. BTF says what keys and values are made of; without
// BTF they are numbers or hexadecimal digits. This is what get_table gives for a table of one's own.

#include <bccxx/tables/table.hpp>

#include <fmt/format.h>

#include <charconv>

#include "program.hpp"

namespace {

bccxx::MapPtr open_map(const std::string& which) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), id);
  const bool is_id = error == std::errc() && end == which.data() + which.size();
  return is_id ? bccxx::Map::open(id) : bccxx::Map::open_pinned(which);
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Prints a map of the kernel.", {.first = bccxx::FirstTick::at_once, .count = 1});
  std::string which;
  program.argument("MAP", which, "Id or pin of the map");

  return program.run(argc, argv, [&] {
    const bccxx::Table table(open_map(which));
    const auto& info = table.map()->info();
    for (const auto& tick : program.rounds()) {
      const auto items = table.items();
      if (!program.json()) {
        fmt::print("{} {}: {} entries of {}\n", to_string(table.map()->kind()), info.name, items.size(),
                   info.max_entries);
      }
      for (const auto& [key, value] : items) {
        if (program.json()) {
          program.print_json({{"round", tick.number}, {"key", key}, {"value", value}});
        } else {
          fmt::print("{} -> {}\n", key, value);
        }
      }
    }
  });
}
