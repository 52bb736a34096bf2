// The running kernel's symbols, against kallsyms read in another way.

#include <bccxx/symbols/kernel_symbols.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

using bccxx::KernelSymbols;
using bccxx::Unresolved;

namespace {

std::uint64_t kallsyms_address(const std::string& wanted) {
  std::ifstream kallsyms("/proc/kallsyms");
  std::string line;
  while (std::getline(kallsyms, line)) {
    std::istringstream fields(line);
    std::uint64_t address = 0;
    std::string type;
    std::string name;
    fields >> std::hex >> address >> type >> name;
    if (name == wanted) return address;
  }
  return 0;
}

}  // namespace

TEST_CASE("a kernel function is found by address and by name") {
  const auto address = kallsyms_address("schedule");
  REQUIRE(address != 0);
  const KernelSymbols kernel;
  const auto frame = kernel.resolve(address + 5);
  CHECK(frame.symbol == "schedule");
  CHECK(frame.offset == 5);
  CHECK(frame.module == "kernel");
  CHECK(bccxx::to_string(frame) == "schedule+0x5 [kernel]");
  CHECK(kernel.address_of("schedule") == address);
  CHECK(kernel.contains("schedule"));
  CHECK_FALSE(kernel.contains("no_such_function_in_any_kernel"));
  CHECK_FALSE(kernel.address_of("no_such_function_in_any_kernel"));
}

TEST_CASE("an address past the kernel's text belongs to no function") {
  const auto end = kallsyms_address("_etext");
  REQUIRE(end != 0);
  const KernelSymbols kernel;
  CHECK(kernel.resolve(end - 1).resolved());
  CHECK(kernel.resolve(end).reason == Unresolved::outside_kernel_text);
  CHECK(kernel.resolve(~std::uint64_t{0}).reason == Unresolved::outside_kernel_text);
  CHECK(kernel.resolve(0).reason == Unresolved::outside_kernel_text);
}
