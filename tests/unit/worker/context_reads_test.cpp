// Reads of a context follow its pointer through registers, the stack and branches, and move nothing else.
#include "compiler_worker/context_reads.hpp"
#include "compiler_worker/code_edit.hpp"

#include <linux/bpf.h>
#include <catch2/catch.hpp>

#include <cstring>
#include <optional>
#include <vector>

using bccxx::worker::CodeEdit;
using bccxx::worker::HomelessRead;
using bccxx::worker::move_context_reads;
using bccxx::worker::RegisterBlock;

namespace {

constexpr int refused = 0x7ff8;

bpf_insn load(int to, int from, int offset, int size = BPF_DW) {
  return {static_cast<__u8>(BPF_LDX | BPF_MEM | size), static_cast<__u8>(to & 15), static_cast<__u8>(from & 15),
          static_cast<__s16>(offset), 0};
}
bpf_insn store(int to, int offset, int from) {
  return {BPF_STX | BPF_MEM | BPF_DW, static_cast<__u8>(to & 15), static_cast<__u8>(from & 15),
          static_cast<__s16>(offset), 0};
}
bpf_insn copy(int to, int from) {
  return {BPF_ALU64 | BPF_MOV | BPF_X, static_cast<__u8>(to & 15), static_cast<__u8>(from & 15), 0, 0};
}
bpf_insn set(int to, int value) { return {BPF_ALU64 | BPF_MOV | BPF_K, static_cast<__u8>(to & 15), 0, 0, value}; }
bpf_insn add(int to, int value) { return {BPF_ALU64 | BPF_ADD | BPF_K, static_cast<__u8>(to & 15), 0, 0, value}; }
bpf_insn jump_if_zero(int on, int distance) {
  return {BPF_JMP | BPF_JEQ | BPF_K, static_cast<__u8>(on & 15), 0, static_cast<__s16>(distance), 0};
}
bpf_insn call(int helper) { return {BPF_JMP | BPF_CALL, 0, 0, 0, helper}; }
bpf_insn leave() { return {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}; }

/// 112 is found at 16, 104 at 24, nothing else anywhere.
std::optional<int> place(int offset) {
  if (offset == 112) return 16;
  if (offset == 104) return 24;
  return std::nullopt;
}

struct Moved {
  std::vector<bpf_insn> code;
  std::vector<HomelessRead> homeless;
};

constexpr RegisterBlock plain{168};
/// A pointer to other registers is at 112.
constexpr RegisterBlock with_inner{168, 112};

Moved move(std::vector<bpf_insn> code, const RegisterBlock& block = plain) {
  std::vector<std::uint64_t> words(code.size());
  std::memcpy(words.data(), code.data(), code.size() * 8);
  CodeEdit edit;
  auto homeless = move_context_reads(words, place, block, edit);
  static_cast<void>(edit.apply(words));
  code.resize(words.size());
  std::memcpy(code.data(), words.data(), code.size() * 8);
  return {code, homeless};
}

constexpr int probe_read = 4;
constexpr int probe_read_kernel = 113;

/// r1 = r10 + `to`, r2 = `size`, r3 += `from`, then the call.
std::vector<bpf_insn> probe(int to, int size, int from, int helper = probe_read_kernel) {
  return {copy(1, 10), add(1, to), set(2, size), add(3, from), call(helper)};
}

std::vector<bpf_insn> operator+(std::vector<bpf_insn> a, const std::vector<bpf_insn>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("a read of the context moves, one of anything else stays", "[registers]") {
  const auto moved = move({load(2, 1, 112), load(3, 10, 112), load(4, 2, 112), leave()});
  CHECK(moved.code[0].off == 16);
  CHECK(moved.code[1].off == 112);
  CHECK(moved.code[2].off == 112);
  CHECK(moved.homeless.empty());
}

TEST_CASE("a read of part of a register moves with it", "[registers]") {
  const auto moved = move({load(2, 1, 108, BPF_W), leave()});
  CHECK(moved.code[0].off == 28);
}

TEST_CASE("the context is followed through copies, the stack and helpers", "[registers]") {
  const auto moved =
      move({copy(6, 1), store(10, -8, 1), call(14), load(2, 6, 112), load(7, 10, -8), load(3, 7, 104), leave()});
  CHECK(moved.code[3].off == 16);
  CHECK(moved.code[4].off == -8);
  CHECK(moved.code[5].off == 24);
}

TEST_CASE("a register overwritten, or lost in a call, is the context no more", "[registers]") {
  const auto overwritten = move({copy(1, 10), load(2, 1, 112), leave()});
  CHECK(overwritten.code[1].off == 112);
  const auto called = move({call(14), load(2, 1, 112), leave()});
  CHECK(called.code[1].off == 112);
  const auto slot = move({store(10, -8, 1), store(10, -8, 2), load(7, 10, -8), load(3, 7, 112), leave()});
  CHECK(slot.code[3].off == 112);
}

TEST_CASE("the address of a register moves when a helper is given it", "[registers]") {
  const auto moved = move({copy(3, 1), add(3, 112), call(113), leave()});
  CHECK(moved.code[1].imm == 16);
  CHECK(moved.homeless.empty());
  const auto further = move({add(1, 100), load(2, 1, 12), leave()});
  CHECK(further.code[0].imm + further.code[1].off == 16);
}

TEST_CASE("a register without a place is reported and moved where the kernel refuses it", "[registers]") {
  const auto moved = move({load(2, 1, 80), copy(3, 1), add(3, 128), call(113), leave()});
  CHECK(moved.code[0].off == refused);
  CHECK(moved.code[2].imm == refused);
  REQUIRE(moved.homeless.size() == 2);
  CHECK(moved.homeless[0].instruction == 0);
  CHECK(moved.homeless[0].offset == 80);
  CHECK(moved.homeless[1].instruction == 3);
  CHECK(moved.homeless[1].offset == 128);
}

TEST_CASE("both ways of a branch are followed, and the context is itself after it", "[registers]") {
  const auto moved = move({jump_if_zero(2, 2), load(3, 1, 112), set(4, 1), load(5, 1, 104), leave()});
  CHECK(moved.code[1].off == 16);
  CHECK(moved.code[3].off == 24);
  CHECK(moved.homeless.empty());
}

TEST_CASE("a pointer that is the context on one way only is reported", "[registers]") {
  const auto moved = move({copy(6, 10), jump_if_zero(2, 1), copy(6, 1), load(3, 6, 112), leave()});
  REQUIRE(moved.homeless.size() == 1);
  CHECK(moved.homeless[0].instruction == 3);
  CHECK_FALSE(moved.homeless[0].offset);
}

TEST_CASE("what is never reached stays as it is", "[registers]") {
  const auto moved = move({leave(), load(2, 1, 112)});
  CHECK(moved.code[1].off == 112);
}

TEST_CASE("registers read through the inner pointer come from the context", "[registers]") {
  for (const int helper : {probe_read, probe_read_kernel}) {
    const auto moved =
        move(std::vector{load(3, 1, 112)} + probe(-8, 8, 104, helper) + std::vector{leave()}, with_inner);
    CHECK(moved.homeless.empty());
    // The pointer is the context now, and the register where the context has it.
    CHECK(moved.code[0].code == copy(3, 1).code);
    CHECK(moved.code[0].dst_reg == 3);
    CHECK(moved.code[0].src_reg == 1);
    CHECK(moved.code[4].imm == 24);
  }
}

TEST_CASE("the inner pointer is followed through the stack, and half a register moves with it", "[registers]") {
  const auto moved =
      move(std::vector{load(6, 1, 112), store(10, -16, 6), load(3, 10, -16)} + probe(-4, 4, 108) + std::vector{leave()},
           with_inner);
  CHECK(moved.homeless.empty());
  CHECK(moved.code[0].code == copy(6, 1).code);
  CHECK(moved.code[6].imm == 28);
}

TEST_CASE("a first argument that nothing reads registers through is a value", "[registers]") {
  // A string; and memory of a user, where a register would be.
  for (const auto& read : {probe(-16, 16, 0), probe(-8, 8, 80), probe(-8, 8, 104, 112)}) {
    const auto moved = move(std::vector{load(3, 1, 112)} + read + std::vector{leave()}, with_inner);
    CHECK(moved.homeless.empty());
    CHECK(moved.code[0].code == load(3, 1, 112).code);
    CHECK(moved.code[0].off == 16);
    CHECK(moved.code[4].imm == read[3].imm);
  }
}

TEST_CASE("an inner register without a place is reported", "[registers]") {
  const auto moved = move(std::vector{load(6, 1, 112), copy(3, 6)} + probe(-8, 8, 104) + std::vector{copy(3, 6)} +
                              probe(-8, 8, 128) + std::vector{leave()},
                          with_inner);
  REQUIRE(moved.homeless.size() == 1);
  CHECK(moved.homeless[0].offset == 128);
  const auto two = move(std::vector{load(6, 1, 112), copy(3, 6)} + probe(-8, 8, 104) + std::vector{copy(3, 6)} +
                            probe(-16, 16, 104) + std::vector{leave()},
                        with_inner);
  REQUIRE(two.homeless.size() == 1);
  CHECK_FALSE(two.homeless[0].offset);
}

TEST_CASE("of a copy of all registers those are copied that are used, and one without a place is missed",
          "[registers]") {
  for (const auto& block : {plain, with_inner}) {
    const auto first = block.inner ? load(3, 1, 112) : copy(3, 1);
    const auto moved =
        move(std::vector{first} + probe(-168, 168, 0) +
                 std::vector{jump_if_zero(0, 1), set(0, 1), load(2, 10, -168 + 104), load(2, 10, -168 + 128), leave()},
             block);
    REQUIRE(moved.code.size() == 1 + 4 + 3 + 5);
    CHECK(moved.code[5].off == 24);
    CHECK(moved.code[6].off == 104);
    CHECK(moved.code[7].code == set(0, 0).code);
    CHECK(moved.code[8].off == 1);
    REQUIRE(moved.homeless.size() == 1);
    CHECK(moved.homeless[0].instruction == 9);
    CHECK(moved.homeless[0].offset == 128);
  }
}

TEST_CASE("a copy of all registers that a helper is given, or that is not on the stack, is whole", "[registers]") {
  const auto given = move(
      std::vector{load(3, 1, 112)} + probe(-168, 168, 0) + std::vector{copy(4, 10), add(4, -168), call(25), leave()},
      with_inner);
  REQUIRE(given.code.size() == 1 + 4 + 5 + 4);
  CHECK(given.code[5].off == 24);
  CHECK(given.code[7].off == 16);
  CHECK(given.homeless.empty());
  const auto elsewhere = move({load(3, 1, 112), copy(1, 8), set(2, 168), call(probe_read_kernel), leave()}, with_inner);
  CHECK(elsewhere.code.size() == 3 + 5 + 1);
}

TEST_CASE("an edit keeps every jump where it went and says where everything is", "[registers]") {
  std::vector<bpf_insn> code = {jump_if_zero(1, 3), {BPF_LD | BPF_DW | BPF_IMM, 1, 0, 0, 7}, {}, leave(),
                                set(0, 2),          {BPF_JMP | BPF_JA, 0, 0, -3, 0}};
  std::vector<std::uint64_t> words(code.size());
  std::memcpy(words.data(), code.data(), code.size() * 8);
  CodeEdit edit;
  edit.replace(3, {set(0, 0), leave()});
  CHECK(edit.apply(words) == std::vector<std::size_t>{0, 1, 2, 3, 5, 6, 7});
  code.resize(words.size());
  std::memcpy(code.data(), words.data(), words.size() * 8);
  CHECK(code[0].off == 4);
  CHECK(code[3].code == set(0, 0).code);
  CHECK(code[6].off == -4);
}
