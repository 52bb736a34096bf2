// Two instructions: r0 = 0, exit.

#include "runtime/smallest_program.hpp"

#include "support/libbpf_log.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace bccxx::runtime {
namespace {

constexpr std::array<bpf_insn, 2> nothing = {{
    {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
}};

}  // namespace

UniqueFd load_smallest(bpf_prog_type type, bpf_prog_load_opts options) {
  const support::LibbpfLog silent;
  options.sz = sizeof(options);
  return UniqueFd(bpf_prog_load(type, nullptr, "GPL", nothing.data(), nothing.size(), &options));
}

UniqueFd load_smallest_at(bpf_prog_type type, bpf_attach_type attach, const std::string& target) {
  const support::LibbpfLog silent;
  const int id = libbpf_find_vmlinux_btf_id(target.c_str(), attach);
  if (id < 0) return UniqueFd(id == -ENOENT ? -ESRCH : id);
  bpf_prog_load_opts options = {};
  options.expected_attach_type = attach;
  options.attach_btf_id = static_cast<std::uint32_t>(id);
  return load_smallest(type, options);
}

}  // namespace bccxx::runtime
