#pragma once
// A forward data flow over registers and stack slots: which hold the context, and how far into it they point.

#include "compiler_worker/context_values.hpp"
#include "compiler_worker/register_block.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace bccxx::worker::context {

/// The place of an 8-byte member in the other context; nullopt for one that it lacks.
using Place = std::function<std::optional<int>(int)>;

/// Refers to the code and the places, which must live as long.
class Flow {
 public:
  Flow(const std::vector<bpf_insn>& code, const Place& place, const RegisterBlock& block);

  /// What holds before an instruction; nullptr for one that is never reached.
  [[nodiscard]] const State* before(std::size_t at) const { return states_[at] ? &*states_[at] : nullptr; }

  /// What a load reads.
  [[nodiscard]] Value loaded(const State& state, const bpf_insn& instruction) const;

  /// Whether all registers are read at once.
  [[nodiscard]] bool is_whole(const ProbeRead& read) const;

  /// The registers that are taken out of copies on the stack; nullopt when a helper is given such a copy.
  [[nodiscard]] std::optional<std::set<int>> used_of_copies() const;

  /// Whether a helper reads inner registers: all of them, or one that has a place.
  [[nodiscard]] bool unwraps() const;

 private:
  void step(State& state, const bpf_insn& instruction) const;
  void step_over_call(State& state, const bpf_insn& instruction) const;
  void reach(std::size_t at, const State& state);
  [[nodiscard]] std::vector<std::size_t> successors(std::size_t at) const;

  const std::vector<bpf_insn>& code_;
  const Place& place_;
  RegisterBlock block_;
  std::vector<std::optional<State>> states_;
  std::deque<std::size_t> waiting_;
};

}  // namespace bccxx::worker::context
