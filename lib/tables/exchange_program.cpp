// Written in instructions, since the tables layer has no compiler.

#include "tables/exchange_program.hpp"

#include <utility>

namespace bccxx::detail {
namespace {

// Linux 5.12 and 5.19 brought these; the headers to build with may be older.
constexpr std::int32_t atomic_exchange = 0xe0 | 0x01;
constexpr std::int32_t lookup_percpu = 195;
constexpr std::uint8_t atomic = 0xc0;

bpf_insn instruction(int code, unsigned to, unsigned from, std::ptrdiff_t offset, std::int64_t number) {
  bpf_insn result = {};
  result.code = static_cast<std::uint8_t>(code);
  result.dst_reg = to & 15U;
  result.src_reg = from & 15U;
  result.off = static_cast<std::int16_t>(offset);
  result.imm = static_cast<std::int32_t>(number);
  return result;
}
bpf_insn set(unsigned to, std::int64_t number) { return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number); }
bpf_insn copy(unsigned to, unsigned from) { return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
bpf_insn add(unsigned to, std::int64_t number) { return instruction(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, number); }
bpf_insn load_word(unsigned to, unsigned from, std::ptrdiff_t at) {
  return instruction(BPF_LDX | BPF_MEM | BPF_DW, to, from, at, 0);
}
bpf_insn store_word(unsigned to, std::ptrdiff_t at, unsigned from) {
  return instruction(BPF_STX | BPF_MEM | BPF_DW, to, from, at, 0);
}

class Code {
 public:
  void put(const bpf_insn& next) { code_.push_back(next); }
  /// A jump whose target is not known yet; `to_end` sets them.
  void leave_if(int condition, unsigned left, unsigned right, std::int64_t number) {
    leaving_.push_back(code_.size());
    put(instruction(BPF_JMP | condition, left, right, 0, number));
  }
  void load(unsigned to, unsigned kind, int fd) {
    put(instruction(BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, fd));
    put(instruction(0, 0, 0, 0, 0));
  }
  [[nodiscard]] std::size_t here() const noexcept { return code_.size(); }
  void jump_back(std::size_t to) {
    const auto distance = static_cast<std::ptrdiff_t>(to) - static_cast<std::ptrdiff_t>(here()) - 1;
    put(instruction(BPF_JMP | BPF_JA, 0, 0, distance, 0));
  }
  [[nodiscard]] std::vector<bpf_insn> end() {
    for (const auto at : leaving_) code_[at].off = static_cast<std::int16_t>(here() - at - 1);
    put(set(BPF_REG_0, 0));
    put(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
    return std::move(code_);
  }

 private:
  std::vector<bpf_insn> code_;
  std::vector<std::size_t> leaving_;
};

bpf_insn exchange(int width, unsigned at, std::ptrdiff_t offset, unsigned with) {
  return instruction(BPF_STX | atomic | width, at, with, offset, atomic_exchange);
}

}  // namespace

std::vector<bpf_insn> smallest_exchange() {
  Code code;
  code.put(set(BPF_REG_1, 0));
  code.put(store_word(BPF_REG_10, -8, BPF_REG_1));
  code.put(exchange(BPF_DW, BPF_REG_10, -8, BPF_REG_1));
  return code.end();
}

std::vector<bpf_insn> exchange_program(const Map& map, int shared, const ExchangeLayout& layout, WhichCpu which) {
  constexpr auto memory = BPF_REG_6;
  constexpr auto next = BPF_REG_7;
  constexpr auto done = BPF_REG_8;
  constexpr auto entry = BPF_REG_9;
  Code code;
  code.load(memory, BPF_PSEUDO_MAP_VALUE, shared);
  code.put(load_word(next, memory, offsetof(ExchangeHeader, next)));
  code.put(set(done, 0));
  const auto again = code.here();
  code.put(load_word(BPF_REG_1, memory, offsetof(ExchangeHeader, count)));
  code.leave_if(BPF_JGE | BPF_X, next, BPF_REG_1, 0);
  code.leave_if(BPF_JGE | BPF_K, next, 0, static_cast<std::int64_t>(layout.chunk));
  code.leave_if(BPF_JGE | BPF_K, done, 0, exchanges_each_run);
  code.put(copy(entry, next));
  code.put(instruction(BPF_ALU64 | BPF_MUL | BPF_K, entry, 0, 0, static_cast<std::int64_t>(layout.entry)));
  code.put(instruction(BPF_ALU64 | BPF_ADD | BPF_X, entry, memory, 0, 0));
  code.load(BPF_REG_1, BPF_PSEUDO_MAP_FD, map.fd());
  code.put(copy(BPF_REG_2, entry));
  code.put(add(BPF_REG_2, sizeof(ExchangeHeader)));
  if (which == WhichCpu::any) code.put(load_word(BPF_REG_3, memory, offsetof(ExchangeHeader, cpu)));
  code.put(instruction(BPF_JMP | BPF_CALL, 0, 0, 0, which == WhichCpu::any ? lookup_percpu : BPF_FUNC_map_lookup_elem));
  code.put(set(BPF_REG_1, 0));
  code.put(instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 1, 0));
  code.put(exchange(map.info().value_size == 8 ? BPF_DW : BPF_W, BPF_REG_0, 0, BPF_REG_1));
  code.put(store_word(entry, static_cast<std::ptrdiff_t>(sizeof(ExchangeHeader) + layout.number_at), BPF_REG_1));
  code.put(add(next, 1));
  code.put(add(done, 1));
  code.put(store_word(memory, offsetof(ExchangeHeader, next), next));
  code.jump_back(again);
  return code.end();
}

}  // namespace bccxx::detail
