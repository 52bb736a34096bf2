// Which registers other contexts have, and where.
#include "compiler_worker/registers.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using bccxx::compiler::Registers;
using bccxx::worker::Machine;
using bccxx::worker::place_in_context;
using bccxx::worker::register_at;

namespace {

using Places = std::map<std::string, int>;

/// Every register of the machine that the context has.
Places places(Registers registers, int result_slot, Machine machine) {
  Places result;
  const int end = machine == Machine::arm64 ? 36 * 8 : 21 * 8;
  for (int offset = 0; offset < end; offset += 8) {
    if (const auto place = place_in_context(offset, registers, result_slot, machine)) {
      result[register_at(offset, machine)] = *place;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("registers are named as the machine's pt_regs names them", "[registers]") {
  CHECK(register_at(0, Machine::x86_64) == "r15");
  CHECK(register_at(80, Machine::x86_64) == "ax");
  CHECK(register_at(112, Machine::x86_64) == "di");
  CHECK(register_at(128, Machine::x86_64) == "ip");
  CHECK(register_at(160, Machine::x86_64) == "ss");
  CHECK(register_at(168, Machine::x86_64) == "pt_regs+168");
  CHECK(register_at(8, Machine::arm64) == "regs[1]");
  CHECK(register_at(248, Machine::arm64) == "sp");
  CHECK(register_at(272, Machine::arm64) == "orig_x0");
}

TEST_CASE("on x86-64 each register is where the context has its value", "[registers]") {
  const auto in = [](Registers registers, int slot = 0) { return places(registers, slot, Machine::x86_64); };
  CHECK(in(Registers::syscall_enter) ==
        Places{{"di", 16}, {"si", 24}, {"dx", 32}, {"cx", 40}, {"r10", 40}, {"r8", 48}, {"r9", 56}});
  CHECK(in(Registers::syscall_exit) == Places{{"ax", 16}});
  CHECK(in(Registers::fentry) == Places{{"di", 0}, {"si", 8}, {"dx", 16}, {"cx", 24}, {"r8", 32}, {"r9", 40}});
  CHECK(in(Registers::fexit) == Places{{"ax", 0}});
  CHECK(in(Registers::fexit, 2) == Places{{"di", 0}, {"si", 8}, {"ax", 16}});
  CHECK(in(Registers::fexit, 8).at("ax") == 64);
  CHECK(in(Registers::native).size() == 21);
}

TEST_CASE("on arm64 regs[0] is the first argument at entry and the result at return", "[registers]") {
  const auto in = [](Registers registers, int slot = 0) { return places(registers, slot, Machine::arm64); };
  CHECK(in(Registers::syscall_enter) == Places{{"regs[0]", 16},
                                               {"orig_x0", 16},
                                               {"regs[1]", 24},
                                               {"regs[2]", 32},
                                               {"regs[3]", 40},
                                               {"regs[4]", 48},
                                               {"regs[5]", 56}});
  CHECK(in(Registers::syscall_exit) == Places{{"regs[0]", 16}});
  CHECK(in(Registers::fentry).size() == 8);
  CHECK(in(Registers::fexit) == Places{{"regs[0]", 0}});
  CHECK(in(Registers::fexit, 3) == Places{{"regs[0]", 24}, {"regs[1]", 8}, {"regs[2]", 16}});
}

TEST_CASE("only where a system call is entered is there a pointer to its caller's registers", "[registers]") {
  using bccxx::worker::register_block;
  CHECK(register_block(Registers::syscall_enter, Machine::x86_64).inner == 112);
  CHECK(register_block(Registers::syscall_enter, Machine::x86_64).size == 168);
  CHECK(register_block(Registers::syscall_enter, Machine::arm64).inner == 0);
  for (const auto registers : {Registers::syscall_exit, Registers::fentry, Registers::fexit}) {
    CHECK_FALSE(register_block(registers, Machine::x86_64).inner);
  }
}
