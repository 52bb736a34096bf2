#pragma once
// Which of the many reasons it was that the kernel refused a hook on one of its functions.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::runtime {

/// What an error says of a function that could not be hooked.
struct FunctionRefusal {
  int code = 0;
  std::string reason = {};
  std::string hint = {};  ///< what to do instead; empty when nothing is known
};

/// Reads the kernel's own lists, in this order: the function is not there (changed by the compiler, inlined everywhere,
/// absent, with the nearest names), it is on the blacklist of kprobes, the kernel cannot trace it; else `code` is why.
///
/// `function` may be "module:function"; `call` is what the kernel refused, for a code that explains nothing
[[nodiscard]] BCCXX_API FunctionRefusal explain_function_refusal(const std::string& function, int code, AttachVia via,
                                                                 const std::string& call);

/// For a function that the kernel's BTF lacks and fentry therefore cannot go to.
[[nodiscard]] BCCXX_API FunctionRefusal explain_without_btf(const std::string& function, AttachVia via);

/// For a program whose text names what it is attached to. libbpf looks in the BTF of every module, and does not close
/// those when it finds nothing.
///
/// Throws: AttachError when the kernel has no such function or security hook; SystemError when it has no BTF
BCCXX_API void require_traced_target(const std::string& program, AttachVia via, const std::string& target);

/// The refusal as one text, the hint in brackets.
[[nodiscard]] BCCXX_API std::string to_text(const FunctionRefusal& refusal);

/// Throws AttachError with the explanation; `target` is how the message names the place.
[[noreturn]] void refuse_function(const Program& program, AttachVia via, const std::string& target,
                                  const std::string& function, int code, const std::string& call);

}  // namespace bccxx::runtime
