#pragma once
// Programs of a few instructions, loaded with the bare kernel interface and run with BPF_PROG_TEST_RUN.

#include <bccxx/support/unique_fd.hpp>

#include <bpf/bpf.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace live {

inline bpf_insn instruction(std::uint8_t code, unsigned to, unsigned from, std::int16_t offset, std::int32_t number) {
  bpf_insn result{};
  result.code = code;
  result.dst_reg = to & 15U;
  result.src_reg = from & 15U;
  result.off = offset;
  result.imm = number;
  return result;
}
inline bpf_insn move(unsigned to, unsigned from) { return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
inline bpf_insn move_number(unsigned to, std::int32_t number) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number);
}
/// The same, all 32 bits unsigned.
inline bpf_insn move_narrow(unsigned to, std::int32_t number) {
  return instruction(BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, number);
}
inline bpf_insn add(unsigned to, std::int32_t number) {
  return instruction(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, number);
}
inline bpf_insn store_number(unsigned at, std::int16_t offset, std::int32_t number) {
  return instruction(BPF_ST | BPF_MEM | BPF_DW, at, 0, offset, number);
}
inline bpf_insn call(std::int32_t helper) { return instruction(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }
inline bpf_insn leave() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }
/// Two instructions that load a map.
inline void load_map(std::vector<bpf_insn>& to, unsigned reg, int fd) {
  to.push_back(instruction(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_FD, 0, fd));
  to.push_back(instruction(0, 0, 0, 0, 0));
}

inline bccxx::UniqueFd load(bpf_prog_type type, const std::vector<bpf_insn>& instructions) {
  std::string log(1 << 16, '\0');
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.log_buf = log.data();
  options.log_size = static_cast<std::uint32_t>(log.size());
  options.log_level = 1;
  const int fd = bpf_prog_load(type, "live", "GPL", instructions.data(), instructions.size(), &options);
  INFO("bpf_prog_load: " << std::strerror(-fd) << "\n" << log.c_str());
  REQUIRE(fd >= 0);
  return bccxx::UniqueFd(fd);
}

/// Runs a packet program once and gives what it returned.
inline std::uint32_t run_on_packet(int program) {
  std::vector<char> packet(64);
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.data_in = packet.data();
  options.data_size_in = static_cast<std::uint32_t>(packet.size());
  options.repeat = 1;
  REQUIRE(bpf_prog_test_run_opts(program, &options) == 0);
  return options.retval;
}

enum class Adding { atomic, plain };

/// Adds one, in place, to the value that `key` has in a map of u32 to u64, and returns 1; returns 0 where the key is
/// absent.
inline bccxx::UniqueFd counter(int map, std::int32_t key, Adding adding = Adding::atomic,
                               bpf_prog_type type = BPF_PROG_TYPE_SOCKET_FILTER) {
  std::vector<bpf_insn> code;
  code.push_back(store_number(BPF_REG_10, -8, key));
  load_map(code, BPF_REG_1, map);
  code.push_back(move(BPF_REG_2, BPF_REG_10));
  code.push_back(add(BPF_REG_2, -8));
  code.push_back(call(BPF_FUNC_map_lookup_elem));
  if (adding == Adding::atomic) {
    code.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 3, 0));
    code.push_back(move_number(BPF_REG_1, 1));
    code.push_back(instruction(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD));
  } else {
    code.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 4, 0));
    code.push_back(instruction(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_0, 0, 0));
    code.push_back(add(BPF_REG_1, 1));
    code.push_back(instruction(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_0, BPF_REG_1, 0, 0));
  }
  code.push_back(move_number(BPF_REG_0, 1));
  code.push_back(leave());
  return load(type, code);
}

/// Runs a packet program many times in one call, as fast as the kernel can.
inline void run_often(int program, int times) {
  std::vector<char> packet(64);
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.data_in = packet.data();
  options.data_size_in = static_cast<std::uint32_t>(packet.size());
  options.repeat = times;
  REQUIRE(bpf_prog_test_run_opts(program, &options) == 0);
}

inline std::uint32_t run_raw_tracepoint(int program) {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  REQUIRE(bpf_prog_test_run_opts(program, &options) == 0);
  return options.retval;
}

}  // namespace live
