#pragma once
// Where the registers of `struct pt_regs` are in other contexts, so that a kprobe's text can run from another hook.

#include "compiler_worker/register_block.hpp"

#include <bccxx/compiler/compile.hpp>

#include <optional>
#include <string>

namespace bccxx::worker {

enum class Machine { x86_64, arm64 };

#if defined(__aarch64__)
inline constexpr Machine this_machine = Machine::arm64;
#else
inline constexpr Machine this_machine = Machine::x86_64;
#endif

/// The register that `struct pt_regs` has at an offset, for messages: "ax", "regs[2]".
[[nodiscard]] std::string register_at(int offset, Machine machine);

/// Where the context has the value of the register that `struct pt_regs` has at `offset`, which is a multiple of 8;
/// nullopt when it has no such value. `result_slot` is what comes before the result in the context of fexit.
[[nodiscard]] std::optional<int> place_in_context(int offset, compiler::Registers registers, int result_slot,
                                                  Machine machine);

/// The machine's `struct pt_regs` as a text that runs with these registers sees it.
[[nodiscard]] RegisterBlock register_block(compiler::Registers registers, Machine machine);

/// What a program must return so that nothing is changed: a kprobe's return value means nothing, but 0 keeps a
/// tracepoint from everybody else's perf events, and fentry and fexit must return 0.
[[nodiscard]] int neutral_result(compiler::Registers registers);

/// How messages call programs that run with these registers: "a sys_enter tracepoint".
[[nodiscard]] const char* hook_of(compiler::Registers registers);

}  // namespace bccxx::worker
