// Follows single instructions; which of them run after which is not its matter.

#include "compiler_worker/context_values.hpp"

#include <algorithm>

namespace bccxx::worker::context {
namespace {

Value join(const Value& a, const Value& b) {
  if (a == b || a.of_copy()) return a;
  if (b.of_copy()) return b;
  return a.leads() || b.leads() ? unclear : Value{};
}

}  // namespace

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
  std::erase_if(result.stack, [](const auto& slot) { return slot.second == Value{}; });
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

void overwrite(State& state, int first, int size) {
  std::erase_if(state.stack, [&](const auto& slot) { return slot.first < first + size && first < slot.first + word; });
}

void store(State& state, const bpf_insn& instruction, const Value& value) {
  if (instruction.dst_reg != BPF_REG_10) return;
  const int size = width(instruction);
  overwrite(state, instruction.off, size);
  if (size == word && value.leads()) state.stack[instruction.off] = value;
}

void calculate(State& state, const bpf_insn& instruction) {
  auto& to = state.registers[instruction.dst_reg];
  const bool from_register = BPF_SRC(instruction.code) == BPF_X;
  const auto from = from_register ? state.registers[instruction.src_reg] : Value{};
  const bool whole = BPF_CLASS(instruction.code) == BPF_ALU64;
  const auto operation = BPF_OP(instruction.code);
  const bool has_offset = to.points() || to.kind == Value::Kind::frame;
  if (operation == BPF_MOV && !from_register) {
    to = {Value::Kind::number, instruction.imm};
  } else if (!whole || (operation == BPF_MOV && instruction.off != 0)) {
    to = {};  // half a pointer leads nowhere
  } else if (operation == BPF_MOV) {
    to = from;
  } else if (operation == BPF_ADD && !from_register && has_offset) {
    to.offset += instruction.imm;
  } else {
    to = to.leads() || from.leads() ? unclear : Value{};
  }
}

Value held_at(const State& state, int at) {
  const auto covers = [at](const auto& slot) { return slot.first <= at && at < slot.first + word; };
  const auto found = std::find_if(state.stack.begin(), state.stack.end(), covers);
  return found == state.stack.end() ? Value{} : found->second;
}

Value loaded_through(const State& state, const bpf_insn& instruction, const Value& pointer,
                     const std::optional<int>& inner) {
  const int at = pointer.offset + instruction.off;
  if (pointer.kind == Value::Kind::context && at == inner && width(instruction) == word) {
    return {Value::Kind::inner, 0};
  }
  if (pointer.kind != Value::Kind::frame) return {};
  const auto held = held_at(state, at);
  const bool whole = width(instruction) == word && state.stack.count(at) != 0;
  return whole || held.of_copy() ? held : Value{};
}

void forget_scratch(State& state) { std::fill_n(state.registers.begin(), 6, Value{}); }

std::optional<ProbeRead> register_read(const State& state, const bpf_insn& instruction) {
  if (instruction.code != (BPF_JMP | BPF_CALL) || instruction.src_reg != 0) return std::nullopt;
  if (instruction.imm != BPF_FUNC_probe_read && instruction.imm != BPF_FUNC_probe_read_kernel) return std::nullopt;
  const auto& size = state.registers[BPF_REG_2];
  const auto& from = state.registers[BPF_REG_3];
  if (!from.points() || size.kind != Value::Kind::number) return std::nullopt;
  return ProbeRead{state.registers[BPF_REG_1], from, size.offset};
}

}  // namespace bccxx::worker::context
