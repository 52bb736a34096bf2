// A forward data flow over registers and stack slots: which hold the context, and how far into it they point.

#include "compiler_worker/context_reads.hpp"

#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <set>

namespace bccxx::worker {
namespace {

/// Beyond every context, yet an offset that an instruction can hold.
constexpr int refused_place = 0x7ff8;

constexpr int word = 8;

/// What a register or a stack slot holds. `unclear`: the context on one way here, something else on another.
struct Value {
  enum class Kind {
    other,
    context,
    inner,  ///< the pointer to inner registers
    unclear,
    number,   ///< `offset` is its value
    frame,    ///< a place on the stack
    copied,   ///< a register in a copy of all; `offset` says which
    lacking,  ///< the same for one without a place
  } kind = Kind::other;
  int offset = 0;
  bool operator==(const Value&) const = default;
  /// Whether it points to registers; the inner ones begin where the other context begins.
  [[nodiscard]] bool points() const { return kind == Kind::context || kind == Kind::inner; }
  [[nodiscard]] bool leads() const { return points() || kind == Kind::unclear; }
  [[nodiscard]] bool of_copy() const { return kind == Kind::copied || kind == Kind::lacking; }
};
constexpr Value unclear{Value::Kind::unclear, 0};

Value join(const Value& a, const Value& b) {
  if (a == b || a.of_copy()) return a;
  if (b.of_copy()) return b;
  return a.leads() || b.leads() ? unclear : Value{};
}

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

/// Forgets what the stack held there.
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

/// What the stack holds at a byte.
Value held_at(const State& state, int at) {
  const auto covers = [at](const auto& slot) { return slot.first <= at && at < slot.first + word; };
  const auto found = std::find_if(state.stack.begin(), state.stack.end(), covers);
  return found == state.stack.end() ? Value{} : found->second;
}

/// What is read where `pointer` and the instruction's offset lead.
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

/// What a helper or a packet access leaves behind.
void forget_scratch(State& state) { std::fill_n(state.registers.begin(), 6, Value{}); }

/// A call that reads memory of the kernel: registers.
struct ProbeRead {
  Value to;
  Value from;
  int size = 0;

  [[nodiscard]] bool within_one() const { return from.offset >= 0 && from.offset % word + size <= word; }
};

std::optional<ProbeRead> register_read(const State& state, const bpf_insn& instruction) {
  if (instruction.code != (BPF_JMP | BPF_CALL) || instruction.src_reg != 0) return std::nullopt;
  if (instruction.imm != BPF_FUNC_probe_read && instruction.imm != BPF_FUNC_probe_read_kernel) return std::nullopt;
  const auto& size = state.registers[BPF_REG_2];
  const auto& from = state.registers[BPF_REG_3];
  if (!from.points() || size.kind != Value::Kind::number) return std::nullopt;
  return ProbeRead{state.registers[BPF_REG_1], from, size.offset};
}

using Place = std::function<std::optional<int>(int)>;

class Flow {
 public:
  Flow(const std::vector<bpf_insn>& code, const Place& place, const RegisterBlock& block)
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

  /// What holds before an instruction; nullptr for one that is never reached.
  [[nodiscard]] const State* before(std::size_t at) const { return states_[at] ? &*states_[at] : nullptr; }

  /// What a load reads.
  [[nodiscard]] Value loaded(const State& state, const bpf_insn& instruction) const {
    return loaded_through(state, instruction, state.registers[instruction.src_reg], block_.inner);
  }

  [[nodiscard]] bool is_whole(const ProbeRead& read) const { return read.from.offset == 0 && read.size >= block_.size; }

  /// The registers that are taken out of copies on the stack; nullopt when a helper is given such a copy.
  [[nodiscard]] std::optional<std::set<int>> used_of_copies() const {
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
        if (argument.kind == Value::Kind::frame && held_at(*states_[at], argument.offset).of_copy())
          return std::nullopt;
      }
    }
    return used;
  }

  /// Whether a helper reads inner registers: all of them, or one that has a place.
  [[nodiscard]] bool unwraps() const {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      const auto read = states_[at] ? register_read(*states_[at], code_[at]) : std::nullopt;
      if (!read || read->from.kind != Value::Kind::inner) continue;
      const int first = read->from.offset - read->from.offset % word;
      if (is_whole(*read) || (read->within_one() && place_(first))) return true;
    }
    return false;
  }

 private:
  void step(State& state, const bpf_insn& instruction) const {
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

  void step_over_call(State& state, const bpf_insn& instruction) const {
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
  const Place& place_;
  RegisterBlock block_;
  std::vector<std::optional<State>> states_;
  std::deque<std::size_t> waiting_;
};

/// The second pass: with the flow known, each instruction is moved by itself.
class Mover {
 public:
  Mover(std::vector<bpf_insn>& code, const Place& place, const Flow& flow, CodeEdit& edit)
      : code_(code), place_(place), flow_(flow), edit_(edit) {}

  std::vector<HomelessRead> run() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      if (const auto* state = flow_.before(at)) move(at, *state);
    }
    return std::move(homeless_);
  }

 private:
  [[nodiscard]] std::optional<int> placed(int offset) const {
    if (offset < 0) return std::nullopt;
    const auto member = place_(offset - offset % word);
    if (!member) return std::nullopt;
    return *member + offset % word;
  }

  /// Where a pointer `offset` into the one context points in the other.
  [[nodiscard]] int pointed(int offset) const { return offset == 0 ? 0 : placed(offset).value_or(refused_place); }

  void move(std::size_t at, const State& state) {
    auto& instruction = code_[at];
    const auto kind = BPF_CLASS(instruction.code);
    if (kind == BPF_LDX) {
      move_load(at, state);
    } else if (instruction.code == (BPF_ALU64 | BPF_ADD | BPF_K)) {
      const auto& pointer = state.registers[instruction.dst_reg];
      if (!pointer.points()) return;
      instruction.imm = pointed(pointer.offset + instruction.imm) - pointed(pointer.offset);
    } else if (instruction.code == (BPF_JMP | BPF_CALL)) {
      move_call(at, state);
    }
  }

  void move_load(std::size_t at, const State& state) {
    auto& instruction = code_[at];
    const auto& pointer = state.registers[instruction.src_reg];
    const auto loaded = flow_.loaded(state, instruction);
    if (loaded.kind == Value::Kind::lacking) {
      homeless_.push_back({at, loaded.offset});
    } else if (pointer.kind == Value::Kind::unclear) {
      homeless_.push_back({at, std::nullopt});
    } else if (pointer.kind == Value::Kind::context && loaded.kind == Value::Kind::inner) {
      take_address(at, pointer);
    } else if (pointer.points()) {
      const int read = pointer.offset + instruction.off;
      const auto place = placed(read);
      if (!place) homeless_.push_back({at, read});
      instruction.off = static_cast<std::int16_t>(place.value_or(refused_place) - pointed(pointer.offset));
    }
  }

  /// Instead of the pointer in the context, the context.
  void take_address(std::size_t at, const Value& pointer) {
    const auto& load = code_[at];
    std::vector<bpf_insn> instead = {{BPF_ALU64 | BPF_MOV | BPF_X, load.dst_reg, load.src_reg, 0, 0}};
    if (const int back = pointed(pointer.offset); back != 0) {
      instead.push_back({BPF_ALU64 | BPF_ADD | BPF_K, load.dst_reg, 0, 0, -back});
    }
    edit_.replace(at, std::move(instead));
  }

  void move_call(std::size_t at, const State& state) {
    const auto read = register_read(state, code_[at]);
    if (read && flow_.is_whole(*read)) {
      copy_registers(at, *read);
      return;
    }
    if (read && !read->within_one()) homeless_.push_back({at, std::nullopt});
    for (std::size_t i = BPF_REG_1; i <= BPF_REG_5; ++i) {
      const auto& argument = state.registers[i];
      // The context itself may be given to any helper; the registers behind it are no place of their own any more.
      const bool itself = argument.offset == 0 && argument.kind == Value::Kind::context;
      if (!argument.points() || itself) continue;
      if (!placed(argument.offset)) homeless_.push_back({at, argument.offset});
    }
  }

  /// What the helper would have done: r1 is where to, r3 by now the context. What has no place is left as it was.
  void copy_registers(std::size_t at, const ProbeRead& read) {
    // An event may have fewer arguments than there are registers for them, and reading beyond its end is refused.
    const auto used = read.to.kind == Value::Kind::frame ? flow_.used_of_copies() : std::nullopt;
    std::vector<bpf_insn> instead;
    for (int offset = 0; offset < read.size; offset += word) {
      const auto place = placed(offset);
      if (!place || (used && used->count(offset) == 0)) continue;
      instead.push_back({BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_2, BPF_REG_3, static_cast<__s16>(*place), 0});
      instead.push_back({BPF_STX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_2, static_cast<__s16>(offset), 0});
    }
    instead.push_back({BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0});
    edit_.replace(at, std::move(instead));
  }

  std::vector<bpf_insn>& code_;
  const Place& place_;
  const Flow& flow_;
  CodeEdit& edit_;
  std::vector<HomelessRead> homeless_;
};

}  // namespace

std::vector<HomelessRead> move_context_reads(std::vector<std::uint64_t>& code, const Place& place,
                                             const RegisterBlock& block, CodeEdit& edit) {
  static_assert(sizeof(bpf_insn) == sizeof(std::uint64_t));
  std::vector<bpf_insn> instructions(code.size());
  std::memcpy(instructions.data(), code.data(), code.size() * sizeof(bpf_insn));
  auto flow = std::make_unique<Flow>(instructions, place, block);
  if (block.inner && !flow->unwraps()) flow = std::make_unique<Flow>(instructions, place, RegisterBlock{block.size});
  auto homeless = Mover(instructions, place, *flow, edit).run();
  std::memcpy(code.data(), instructions.data(), code.size() * sizeof(bpf_insn));
  return homeless;
}

}  // namespace bccxx::worker
