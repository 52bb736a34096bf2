// With the flow known, each instruction is moved by itself.

#include "compiler_worker/context_reads.hpp"

#include "compiler_worker/context_flow.hpp"

#include <linux/bpf.h>

#include <cstring>
#include <memory>

namespace bccxx::worker {
namespace {

using context::Flow;
using context::Place;
using context::ProbeRead;
using context::State;
using context::Value;
using context::word;

/// Beyond every context, yet an offset that an instruction can hold.
constexpr int refused_place = 0x7ff8;

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
    const auto read = context::register_read(state, code_[at]);
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
