#pragma once
// The maps of a running process, found through its descriptors.

#include <bccxx/tables/map.hpp>

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace programs_test {

/// The map of that name (the kernel keeps 15 characters) that the process holds.
inline bccxx::MapPtr map_of(pid_t pid, const std::string& name) {
  const auto directory = "/proc/" + std::to_string(pid) + "/fdinfo";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream info(entry.path());
    for (std::string word; info >> word;) {
      std::uint32_t id = 0;
      if (word != "map_id:" || !(info >> id)) continue;
      auto map = bccxx::Map::open(id);
      if (map->name() == name) return map;
    }
  }
  throw std::runtime_error("no map " + name + " in process " + std::to_string(pid));
}

}  // namespace programs_test
