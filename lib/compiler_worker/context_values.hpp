#pragma once
// What registers and stack slots hold of the context at one point of a program.

#include <linux/bpf.h>

#include <array>
#include <map>
#include <optional>

namespace bccxx::worker::context {

inline constexpr int word = 8;

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
inline constexpr Value unclear{Value::Kind::unclear, 0};

struct State {
  std::array<Value, 11> registers{};
  std::map<int, Value> stack;  ///< by offset from r10; what is not here is something else
  bool operator==(const State&) const = default;
};

/// What is known where two ways of the program meet.
[[nodiscard]] State join(const State& a, const State& b);

/// How many bytes a load or store moves.
[[nodiscard]] int width(const bpf_insn& instruction);

/// Forgets what the stack held there.
void overwrite(State& state, int first, int size);

void store(State& state, const bpf_insn& instruction, const Value& value);
void calculate(State& state, const bpf_insn& instruction);

/// What the stack holds at a byte.
[[nodiscard]] Value held_at(const State& state, int at);

/// What is read where `pointer` and the instruction's offset lead; `inner` is the place of the pointer to inner
/// registers.
[[nodiscard]] Value loaded_through(const State& state, const bpf_insn& instruction, const Value& pointer,
                                   const std::optional<int>& inner);

/// What a helper or a packet access leaves behind.
void forget_scratch(State& state);

/// A call that reads memory of the kernel: registers.
struct ProbeRead {
  Value to;
  Value from;
  int size = 0;

  [[nodiscard]] bool within_one() const { return from.offset >= 0 && from.offset % word + size <= word; }
};

[[nodiscard]] std::optional<ProbeRead> register_read(const State& state, const bpf_insn& instruction);

}  // namespace bccxx::worker::context
