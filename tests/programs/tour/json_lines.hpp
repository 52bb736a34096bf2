#pragma once
// What a program printed with --json.

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "programs/run_program.hpp"

namespace programs_test {

inline std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> result;
  for (const auto& line : lines(text)) result.push_back(nlohmann::json::parse(line));
  return result;
}

}  // namespace programs_test
