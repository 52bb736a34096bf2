// Reads of a context follow its pointer through registers, the stack and branches, and move nothing else.
#include "compiler_worker/context_reads.hpp"

#include <linux/bpf.h>
#include <catch2/catch.hpp>

#include <cstring>
#include <optional>
#include <vector>

using bccxx::worker::HomelessRead;
using bccxx::worker::move_context_reads;

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

Moved move(std::vector<bpf_insn> code) {
  std::vector<std::uint64_t> words(code.size());
  std::memcpy(words.data(), code.data(), code.size() * 8);
  auto homeless = move_context_reads(words, place);
  std::memcpy(code.data(), words.data(), code.size() * 8);
  return {code, homeless};
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
