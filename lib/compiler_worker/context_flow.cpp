// The instructions wait in a queue until what is known before each of them changes no more.

#include "compiler_worker/context_flow.hpp"

#include <utility>

namespace bccxx::worker::context {

Flow::Flow(const std::vector<bpf_insn>& code, const Place& place, const RegisterBlock& block)
    : code_(code), place_(place), block_(block), states_(code.size()) {
  State start;
  start.registers[BPF_REG_1] = {Value::Kind::context, 0};
  start.registers[BPF_REG_10] = {Value::Kind::frame, 0};
  reach(0, start);
  while (!waiting_.empty()) {
    const auto at = waiting_.front();
    waiting_.pop_front();
    State after = *states_[at];
    step(after, code_[at]);
    for (const auto next : successors(at)) reach(next, after);
  }
}

Value Flow::loaded(const State& state, const bpf_insn& instruction) const {
  return loaded_through(state, instruction, state.registers[instruction.src_reg], block_.inner);
}

bool Flow::is_whole(const ProbeRead& read) const { return read.from.offset == 0 && read.size >= block_.size; }

std::optional<std::set<int>> Flow::used_of_copies() const {
  std::set<int> used;
  for (std::size_t at = 0; at < code_.size(); ++at) {
    if (!states_[at]) continue;
    if (BPF_CLASS(code_[at].code) == BPF_LDX) {
      const auto value = loaded(*states_[at], code_[at]);
      if (value.kind == Value::Kind::copied) used.insert(value.offset);
    }
    if (code_[at].code != (BPF_JMP | BPF_CALL)) continue;
    for (std::size_t i = BPF_REG_1; i <= BPF_REG_5; ++i) {
      const auto& argument = states_[at]->registers[i];
      if (argument.kind == Value::Kind::frame && held_at(*states_[at], argument.offset).of_copy()) return std::nullopt;
    }
  }
  return used;
}

bool Flow::unwraps() const {
  for (std::size_t at = 0; at < code_.size(); ++at) {
    const auto read = states_[at] ? register_read(*states_[at], code_[at]) : std::nullopt;
    if (!read || read->from.kind != Value::Kind::inner) continue;
    const int first = read->from.offset - read->from.offset % word;
    if (is_whole(*read) || (read->within_one() && place_(first))) return true;
  }
  return false;
}

void Flow::step(State& state, const bpf_insn& instruction) const {
  switch (BPF_CLASS(instruction.code)) {
    case BPF_LD:
      if (BPF_MODE(instruction.code) == BPF_IMM) {
        state.registers[instruction.dst_reg] = {};
      } else {
        forget_scratch(state);
      }
      break;
    case BPF_LDX:
      state.registers[instruction.dst_reg] = loaded(state, instruction);
      if (const auto& value = state.registers[instruction.dst_reg]; !value.leads()) {
        state.registers[instruction.dst_reg] = {};  // reported where it is read, and nowhere else
      }
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
      if (instruction.code == (BPF_JMP | BPF_CALL)) step_over_call(state, instruction);
      break;
  }
}

void Flow::step_over_call(State& state, const bpf_insn& instruction) const {
  const auto read = register_read(state, instruction);
  if (read && is_whole(*read) && read->to.kind == Value::Kind::frame) {
    overwrite(state, read->to.offset, read->size);
    for (int offset = 0; offset < read->size; offset += word) {
      const auto kind = place_(offset) ? Value::Kind::copied : Value::Kind::lacking;
      state.stack[read->to.offset + offset] = {kind, offset};
    }
  }
  forget_scratch(state);
}

void Flow::reach(std::size_t at, const State& state) {
  if (at >= code_.size()) return;
  auto& known = states_[at];
  auto joined = known ? join(*known, state) : state;
  if (known == joined) return;
  known = std::move(joined);
  waiting_.push_back(at);
}

std::vector<std::size_t> Flow::successors(std::size_t at) const {
  const auto& instruction = code_[at];
  const auto kind = BPF_CLASS(instruction.code);
  if (instruction.code == (BPF_LD | BPF_DW | BPF_IMM)) return {at + 2};
  if ((kind != BPF_JMP && kind != BPF_JMP32) || instruction.code == (BPF_JMP | BPF_CALL)) return {at + 1};
  if (instruction.code == (BPF_JMP | BPF_EXIT)) return {};
  const auto target = [&](int distance) { return static_cast<std::size_t>(static_cast<long>(at) + 1 + distance); };
  if (BPF_OP(instruction.code) == BPF_JA) return {target(kind == BPF_JMP ? instruction.off : instruction.imm)};
  return {at + 1, target(instruction.off)};
}

}  // namespace bccxx::worker::context
