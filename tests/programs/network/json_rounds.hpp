#pragma once
// The last complete JSON line that a running program has printed.

#include <nlohmann/json.hpp>
#include <string>

#include "programs/run_program.hpp"

namespace programs_test {

inline nlohmann::json last_json(const std::string& out) {
  const auto end = out.rfind('\n');
  if (end == std::string::npos) return nlohmann::json::object();
  const auto all = lines(out.substr(0, end));
  return all.empty() ? nlohmann::json::object() : nlohmann::json::parse(all.back());
}

/// Waits for a round in which `name` is `value`.
template <class T>
void wait_for_member(Process& process, const std::string& name, const T& value) {
  process.wait_until([&] {
    const auto round = last_json(process.out());
    return round.contains(name) && round[name] == value;
  });
}

}  // namespace programs_test
