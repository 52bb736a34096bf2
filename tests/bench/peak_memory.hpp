#pragma once
// The line of /proc/self/status that tells the most memory this process has had; not that of its children.

#include <fstream>
#include <iostream>
#include <string>

inline void print_peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM")) std::cout << line << std::endl;
  }
}
