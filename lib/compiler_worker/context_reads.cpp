// A forward data flow over registers and stack slots: which hold the context, and how far into it they point.

#include "compiler_worker/context_reads.hpp"

#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <map>

namespace bccxx::worker {
namespace {

/// Beyond every context, yet an offset that an instruction can hold.
constexpr int refused_place = 0x7ff8;

/// What a register or a stack slot holds. `unclear`: the context on one way here, something else on another.
struct Value {
  enum class Kind { other, context, unclear } kind = Kind::other;
  int offset = 0;
  bool operator==(const Value&) const = default;
};
constexpr Value unclear{Value::Kind::unclear, 0};

Value join(const Value& a, const Value& b) { return a == b ? a : unclear; }

struct State {
  std::array<Value, 11> registers{};
  std::map<int, Value> stack;  ///< by offset from r10; what is not here is something else
  bool operator==(const State&) const = default;
};

State join(const State& a, const State& b) {
  State result;
  for (std::size_t i = 0; i < a.registers.size(); ++i) result.registers[i] = join(a.registers[i], b.registers[i]);
  const auto at = [](const State& state, int offset) {
    const auto found = state.stack.find(offset);
    return found == state.stack.end() ? Value{} : found->second;
  };
  for (const auto* state : {&a, &b}) {
    for (const auto& [offset, value] : state->stack) result.stack[offset] = join(at(a, offset), at(b, offset));
  }
  return result;
}

int width(const bpf_insn& instruction) {
  switch (BPF_SIZE(instruction.code)) {
    case BPF_B:
      return 1;
    case BPF_H:
      return 2;
    case BPF_W:
      return 4;
    default:
      return 8;
  }
}

void store(State& state, const bpf_insn& instruction, const Value& value) {
  if (instruction.dst_reg != BPF_REG_10) return;
  const int first = instruction.off;
  const int size = width(instruction);
  std::erase_if(state.stack, [&](const auto& slot) { return slot.first < first + size && first < slot.first + 8; });
  if (size == 8 && value.kind != Value::Kind::other) state.stack[first] = value;
}

void calculate(State& state, const bpf_insn& instruction) {
  auto& to = state.registers[instruction.dst_reg];
  const bool from_register = BPF_SRC(instruction.code) == BPF_X;
  const auto from = from_register ? state.registers[instruction.src_reg] : Value{};
  const bool whole = BPF_CLASS(instruction.code) == BPF_ALU64;
  const auto operation = BPF_OP(instruction.code);
  if (!whole || (operation == BPF_MOV && instruction.off != 0)) {
    to = {};  // half a pointer leads nowhere
  } else if (operation == BPF_MOV) {
    to = from;
  } else if (operation == BPF_ADD && !from_register && to.kind == Value::Kind::context) {
    to.offset += instruction.imm;
  } else if (to.kind != Value::Kind::other || from.kind != Value::Kind::other) {
    to = unclear;
  }
}

void load(State& state, const bpf_insn& instruction) {
  Value loaded;
  if (instruction.src_reg == BPF_REG_10 && width(instruction) == 8) {
    const auto found = state.stack.find(instruction.off);
    if (found != state.stack.end()) loaded = found->second;
  }
  state.registers[instruction.dst_reg] = loaded;
}

/// What a helper or a packet access leaves behind.
void forget_scratch(State& state) { std::fill_n(state.registers.begin(), 6, Value{}); }

void step(State& state, const bpf_insn& instruction) {
  switch (BPF_CLASS(instruction.code)) {
    case BPF_LD:
      if (BPF_MODE(instruction.code) == BPF_IMM) {
        state.registers[instruction.dst_reg] = {};
      } else {
        forget_scratch(state);
      }
      break;
    case BPF_LDX:
      load(state, instruction);
      break;
    case BPF_ST:
      store(state, instruction, {});
      break;
    case BPF_STX:
      if (BPF_MODE(instruction.code) == BPF_MEM) {
        store(state, instruction, state.registers[instruction.src_reg]);
      } else {
        state.registers[instruction.imm == BPF_CMPXCHG ? std::size_t{BPF_REG_0} : instruction.src_reg] = {};
      }
      break;
    case BPF_ALU:
    case BPF_ALU64:
      calculate(state, instruction);
      break;
    default:
      if (instruction.code == (BPF_JMP | BPF_CALL)) forget_scratch(state);
      break;
  }
}

class Flow {
 public:
  explicit Flow(const std::vector<bpf_insn>& code) : code_(code), states_(code.size()) {
    State start;
    start.registers[BPF_REG_1] = {Value::Kind::context, 0};
    reach(0, start);
    while (!waiting_.empty()) {
      const auto at = waiting_.front();
      waiting_.pop_front();
      State after = *states_[at];
      step(after, code_[at]);
      for (const auto next : successors(at)) reach(next, after);
    }
  }

  /// What holds before an instruction; nullptr for one that is never reached.
  [[nodiscard]] const State* before(std::size_t at) const { return states_[at] ? &*states_[at] : nullptr; }

 private:
  void reach(std::size_t at, const State& state) {
    if (at >= code_.size()) return;
    auto& known = states_[at];
    auto joined = known ? join(*known, state) : state;
    if (known == joined) return;
    known = std::move(joined);
    waiting_.push_back(at);
  }

  [[nodiscard]] std::vector<std::size_t> successors(std::size_t at) const {
    const auto& instruction = code_[at];
    const auto kind = BPF_CLASS(instruction.code);
    if (instruction.code == (BPF_LD | BPF_DW | BPF_IMM)) return {at + 2};
    if ((kind != BPF_JMP && kind != BPF_JMP32) || instruction.code == (BPF_JMP | BPF_CALL)) return {at + 1};
    if (instruction.code == (BPF_JMP | BPF_EXIT)) return {};
    const auto target = [&](int distance) { return static_cast<std::size_t>(static_cast<long>(at) + 1 + distance); };
    if (BPF_OP(instruction.code) == BPF_JA) return {target(kind == BPF_JMP ? instruction.off : instruction.imm)};
    return {at + 1, target(instruction.off)};
  }

  const std::vector<bpf_insn>& code_;
  std::vector<std::optional<State>> states_;
  std::deque<std::size_t> waiting_;
};

/// The second pass: with the flow known, each instruction is moved by itself.
class Mover {
 public:
  Mover(std::vector<bpf_insn>& code, const std::function<std::optional<int>(int)>& place)
      : code_(code), place_(place), flow_(code) {}

  std::vector<HomelessRead> run() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      if (const auto* state = flow_.before(at)) move(at, *state);
    }
    return std::move(homeless_);
  }

 private:
  [[nodiscard]] std::optional<int> placed(int offset) const {
    if (offset < 0) return std::nullopt;
    const auto member = place_(offset - offset % 8);
    if (!member) return std::nullopt;
    return *member + offset % 8;
  }

  /// Where a pointer `offset` into the one context points in the other.
  [[nodiscard]] int pointed(int offset) const { return offset == 0 ? 0 : placed(offset).value_or(refused_place); }

  void move(std::size_t at, const State& state) {
    auto& instruction = code_[at];
    const auto kind = BPF_CLASS(instruction.code);
    if (kind == BPF_LDX) {
      move_load(at, state.registers[instruction.src_reg]);
    } else if (instruction.code == (BPF_ALU64 | BPF_ADD | BPF_K)) {
      const auto& pointer = state.registers[instruction.dst_reg];
      if (pointer.kind != Value::Kind::context) return;
      instruction.imm = pointed(pointer.offset + instruction.imm) - pointed(pointer.offset);
    } else if (instruction.code == (BPF_JMP | BPF_CALL)) {
      check_arguments(at, state);
    }
  }

  void move_load(std::size_t at, const Value& pointer) {
    if (pointer.kind == Value::Kind::other) return;
    if (pointer.kind == Value::Kind::unclear) {
      homeless_.push_back({at, std::nullopt});
      return;
    }
    const int read = pointer.offset + code_[at].off;
    const auto place = placed(read);
    if (!place) homeless_.push_back({at, read});
    code_[at].off = static_cast<std::int16_t>(place.value_or(refused_place) - pointed(pointer.offset));
  }

  void check_arguments(std::size_t at, const State& state) {
    for (std::size_t i = BPF_REG_1; i <= BPF_REG_5; ++i) {
      const auto& argument = state.registers[i];
      if (argument.kind != Value::Kind::context || argument.offset == 0) continue;
      if (!placed(argument.offset)) homeless_.push_back({at, argument.offset});
    }
  }

  std::vector<bpf_insn>& code_;
  const std::function<std::optional<int>(int)>& place_;
  Flow flow_;
  std::vector<HomelessRead> homeless_;
};

}  // namespace

std::vector<HomelessRead> move_context_reads(std::vector<std::uint64_t>& code,
                                             const std::function<std::optional<int>(int)>& place) {
  static_assert(sizeof(bpf_insn) == sizeof(std::uint64_t));
  std::vector<bpf_insn> instructions(code.size());
  std::memcpy(instructions.data(), code.data(), code.size() * sizeof(bpf_insn));
  auto homeless = Mover(instructions, place).run();
  std::memcpy(code.data(), instructions.data(), code.size() * sizeof(bpf_insn));
  return homeless;
}

}  // namespace bccxx::worker
