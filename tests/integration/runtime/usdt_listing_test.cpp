// The probes of binaries as bcc's own Python lists them.

#include "integration/runtime/helpers.hpp"

#include <bccxx/runtime/usdt.hpp>

#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

using namespace bccxx;

namespace {

std::string output_of(const std::string& command) {
  auto* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  std::array<char, 4096> block{};
  while (const auto size = std::fread(block.data(), 1, block.size(), pipe)) text.append(block.data(), size);
  const int status = ::pclose(pipe);
  if (status != 0) throw std::runtime_error(fmt::format("{} ended with status {:#x}", command, status));
  return text;
}

/// As list_usdt.py prints it.
std::string listing(const std::string& path, const std::vector<std::string>& left_out) {
  const USDT usdt({.path = path});
  std::string text;
  for (const auto& probe : usdt.enumerate_probes()) {
    const auto name = probe.short_name();
    if (std::find(left_out.begin(), left_out.end(), name) != left_out.end()) continue;
    text += fmt::format("{} [sema {:#x}] {}\n", name, probe.semaphore(), probe.num_arguments());
    for (const auto& location : probe.locations) {
      text += fmt::format("{:#x}\n", location.address);
      for (const auto& argument : location.arguments) text += to_string(argument) + '\n';
    }
    for (std::size_t i = 0; i < probe.num_arguments(); ++i) text += usdt.get_probe_arg_ctype(name, i) + '\n';
  }
  return text;
}

std::string bcc_listing(const std::string& path, const std::vector<std::string>& left_out) {
  auto command =
      fmt::format("/usr/bin/python3 -B {}/tests/integration/runtime/list_usdt.py '{}'", BCCXX_SOURCE_DIR, path);
  for (const auto& probe : left_out) command += " '" + probe + "'";
  return output_of(command + " 2>/dev/null");
}

}  // namespace

TEST_CASE("the probes of a binary are those that bcc lists, with the same places, arguments and types", "[usdt]") {
  // bcc asks for an argument that a place does not have, and cannot read variables and floating-point numbers.
  const std::vector<std::string> left_out = {"bccxx:uneven", "bccxx:variable", "bccxx:number", "bccxx:floating"};
  const auto target = testing::target_path("bccxx_usdt_target");
  const auto listed = listing(target, left_out);
  CHECK(listed.find("bccxx:counted [sema 0x0]") == std::string::npos);
  CHECK(std::count(listed.begin(), listed.end(), '\n') > 20);
  CHECK(listed == bcc_listing(target, left_out));
  const auto library = testing::target_path("libbccxx_usdt_library.so");
  CHECK(listing(library, {}) == bcc_listing(library, {}));
  // The C++ runtime has probes of its own.
  Dl_info loaded = {};
  REQUIRE(::dladdr(reinterpret_cast<const void*>(&std::terminate), &loaded) != 0);
  const std::string path = loaded.dli_fname;
  CHECK(listing(path, {}).find("libstdcxx:throw") != std::string::npos);
  CHECK(listing(path, {}) == bcc_listing(path, {}));
}
