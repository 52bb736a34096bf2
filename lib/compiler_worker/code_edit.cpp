// Positions first, then the distances of the jumps that were there before.

#include "compiler_worker/code_edit.hpp"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace bccxx::worker {
namespace {

bool is_jump(const bpf_insn& instruction) {
  const auto kind = BPF_CLASS(instruction.code);
  if (kind != BPF_JMP && kind != BPF_JMP32) return false;
  return BPF_OP(instruction.code) != BPF_CALL && BPF_OP(instruction.code) != BPF_EXIT;
}

/// The one jump whose distance is 32 bits wide.
bool is_far(const bpf_insn& instruction) { return instruction.code == (BPF_JMP32 | BPF_JA); }

void set_distance(bpf_insn& jump, long distance) {
  if (is_far(jump)) {
    jump.imm = static_cast<std::int32_t>(distance);
    return;
  }
  using Limits = std::numeric_limits<std::int16_t>;
  if (distance < Limits::min() || distance > Limits::max()) throw std::length_error("the program is too long to edit");
  jump.off = static_cast<std::int16_t>(distance);
}

}  // namespace

std::vector<std::size_t> CodeEdit::apply(std::vector<std::uint64_t>& code) const {
  static_assert(sizeof(bpf_insn) == sizeof(std::uint64_t));
  std::vector<bpf_insn> old(code.size());
  std::memcpy(old.data(), code.data(), code.size() * sizeof(bpf_insn));

  std::vector<std::size_t> positions;
  std::size_t position = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    positions.push_back(position);
    const auto found = replacements_.find(i);
    position += found == replacements_.end() ? 1 : found->second.size();
  }
  positions.push_back(position);

  std::vector<bpf_insn> edited;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (const auto found = replacements_.find(i); found != replacements_.end()) {
      edited.insert(edited.end(), found->second.begin(), found->second.end());
      continue;
    }
    auto instruction = old[i];
    if (is_jump(instruction)) {
      const auto to = static_cast<long>(i) + 1 + (is_far(instruction) ? instruction.imm : instruction.off);
      set_distance(instruction,
                   static_cast<long>(positions.at(static_cast<std::size_t>(to))) - static_cast<long>(positions[i]) - 1);
    }
    edited.push_back(instruction);
    // The second half of a 64-bit load is no instruction of its own.
    if (instruction.code == (BPF_LD | BPF_DW | BPF_IMM) && i + 1 < old.size()) edited.push_back(old[++i]);
  }
  code.resize(edited.size());
  std::memcpy(code.data(), edited.data(), edited.size() * sizeof(bpf_insn));
  return positions;
}

}  // namespace bccxx::worker
