#pragma once
// The first line of a program whose table is pinned: whether it made the pin or found it.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <string>

#include "program.hpp"

namespace programs {

/// `pinned: created PATH` or `pinned: reusing PATH (id N)`.
inline void print_pinned(const Program& program, const bccxx::BPF& bpf, const std::string& table,
                         const std::string& path) {
  const auto id = bpf.get_map(table)->info().id;
  const bool reused = bpf.existed(table);
  if (program.json()) {
    program.print_json({{"pinned", reused ? "reusing" : "created"}, {"path", path}, {"id", id}});
  } else if (reused) {
    fmt::print("pinned: reusing {} (id {})\n", path, id);
  } else {
    fmt::print("pinned: created {}\n", path);
  }
}

}  // namespace programs
