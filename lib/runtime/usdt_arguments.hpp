#pragma once
// Reads how an assembler's operand says where an argument of a probe is.

#include <bccxx/runtime/usdt.hpp>
#include <bccxx/support/export.hpp>

#include <string_view>
#include <vector>

namespace bccxx::runtime {

/// Whose operands they are.
enum class OperandSyntax { x86, arm64, other };

/// For EM_X86_64 and the like.
[[nodiscard]] BCCXX_API OperandSyntax operand_syntax(std::uint16_t elf_machine) noexcept;

/// The arguments of a place, the first 64, for example of "-4@%eax 8@-16(%rbp)". What is not understood becomes an
/// argument that is unreadable and says why. A variable's address is still to be filled in.
[[nodiscard]] BCCXX_API std::vector<UsdtArgument> parse_usdt_arguments(std::string_view text, OperandSyntax syntax);

}  // namespace bccxx::runtime
