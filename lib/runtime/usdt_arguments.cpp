// "N@OPERAND" each: N is the size, negative for a signed value, with an f for floating point, whose bits are read; the
// operand is as the compiler's assembler writes it.

#include "runtime/usdt_arguments.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace bccxx::runtime {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes a number off the front; decimal or 0x, with or without a sign.
std::optional<std::int64_t> take_number(std::string_view& text) {
  auto rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const bool hexadecimal = rest.starts_with("0x");
  if (hexadecimal) rest.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{}) return std::nullopt;
  text = rest.substr(static_cast<std::size_t>(end - rest.data()));
  return static_cast<std::int64_t>(negative ? 0 - number : number);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  const auto number = take_number(text);
  return text.empty() ? number : std::nullopt;
}

/// Takes a name off the front, as assemblers allow them.
std::string_view take_name(std::string_view& text) {
  const auto of_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$';
  };
  const auto end = std::find_if_not(text.begin(), text.end(), of_name);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return {};
  text.remove_prefix(name.size());
  return name;
}

/// "rax", "eax", "ax" and "al" are all in pt_regs::ax.
std::string x86_register(std::string_view name) {
  static constexpr std::array<std::string_view, 4> letters = {"ax", "bx", "cx", "dx"};
  static constexpr std::array<std::string_view, 4> pointers = {"si", "di", "bp", "sp"};
  if (name == "rip" || name == "eip") return "ip";
  if (name.size() >= 2 && name[0] == 'r' && std::isdigit(static_cast<unsigned char>(name[1])) != 0) {
    auto number = name.substr(1);
    if (number.ends_with('d') || number.ends_with('w') || number.ends_with('b')) number.remove_suffix(1);
    const auto which = whole_number(number).value_or(0);
    return which >= 8 && which <= 15 ? fmt::format("r{}", which) : std::string();
  }
  const bool wide = name.size() == 3 && (name[0] == 'r' || name[0] == 'e');
  const auto plain = wide ? name.substr(1) : name;
  for (const auto letter : letters) {
    if (plain == letter || (!wide && name.size() == 2 && name[0] == letter[0] && name[1] == 'l')) {
      return std::string(letter);
    }
  }
  for (const auto pointer : pointers) {
    if (plain == pointer || (name.size() == 3 && name.ends_with('l') && name.substr(0, 2) == pointer)) {
      return std::string(pointer);
    }
  }
  return {};
}

/// "x3" and "w3" are both in pt_regs::regs[3].
std::string arm64_register(std::string_view name) {
  if (name == "sp" || name == "wsp") return "sp";
  if (name == "fp") return "regs[29]";
  if (name == "lr") return "regs[30]";
  if (name.size() < 2 || (name[0] != 'x' && name[0] != 'w')) return {};
  const auto which = whole_number(name.substr(1));
  return which && *which >= 0 && *which <= 30 ? fmt::format("regs[{}]", *which) : std::string();
}

class Operand {
 public:
  Operand(std::string_view text, UsdtArgument& argument) : text_(text), argument_(argument) {}

  void parse(OperandSyntax syntax) {
    bool understood = false;
    if (syntax == OperandSyntax::x86) understood = x86();
    if (syntax == OperandSyntax::arm64) understood = arm64();
    if (!understood) refuse("is in no place bccxx knows");
    if (argument_.base_register == "ip" && argument_.deref_ident.empty()) refuse("is relative to an unknown place");
  }

 private:
  void refuse(std::string_view why) {
    if (argument_.unreadable.empty()) argument_.unreadable = fmt::format("{} {}", argument_.spec, why);
  }

  bool x86() {
    if (text_.starts_with('$')) {
      argument_.constant = whole_number(text_.substr(1));
      return argument_.constant.has_value();
    }
    if (text_.starts_with('%') && text_.find(':') == std::string_view::npos) {
      return take_x86_register(text_, argument_.base_register);
    }
    return x86_displacement() && x86_memory();
  }

  /// "-20", "name", "name+4", "4+name", or nothing.
  bool x86_displacement() {
    std::int64_t offset = 0;
    while (!text_.empty() && text_.front() != '(') {
      if (const auto number = take_number(text_)) {
        if (__builtin_add_overflow(offset, *number, &offset)) return false;
        continue;
      }
      if (text_.front() == '+') text_.remove_prefix(1);
      const auto name = take_name(text_);
      if (name.empty() || !argument_.deref_ident.empty()) return false;
      argument_.deref_ident = name;
    }
    argument_.deref_offset = offset;
    return true;
  }

  /// "(base)", "(base,index)", "(base,index,scale)", "(,index,scale)", or nothing after a name.
  bool x86_memory() {
    if (text_.empty()) return !argument_.deref_ident.empty();
    if (!text_.ends_with(')')) return false;
    auto inside = text_.substr(1, text_.size() - 2);
    const auto part = [&inside] {
      const auto end = std::min(inside.find(','), inside.size());
      const auto taken = trimmed(inside.substr(0, end));
      inside.remove_prefix(std::min(end + 1, inside.size()));
      return taken;
    };
    auto base = part();
    auto index = part();
    const auto scale = part();
    if (!inside.empty() || (base.empty() && index.empty())) return false;
    if (!base.empty() && !take_x86_register(base, argument_.base_register)) return false;
    if (!index.empty() && !take_x86_register(index, argument_.index_register)) return false;
    const auto factor = scale.empty() ? 1 : whole_number(scale).value_or(0);
    if (factor != 1 && factor != 2 && factor != 4 && factor != 8) return false;
    argument_.scale = static_cast<int>(factor);
    return true;
  }

  bool take_x86_register(std::string_view text, std::string& into) {
    if (!text.starts_with('%')) return false;
    into = x86_register(text.substr(1));
    if (into.empty()) refuse("is in a register that pt_regs does not have");
    return !into.empty();
  }

  bool arm64() {
    if (text_.starts_with('#')) text_.remove_prefix(1);
    if (const auto number = whole_number(text_)) {
      argument_.constant = number;
      return true;
    }
    if (text_ == "xzr" || text_ == "wzr") {
      argument_.constant = 0;
      return true;
    }
    if (text_.starts_with('[') && text_.ends_with(']')) return arm64_memory(text_.substr(1, text_.size() - 2));
    return take_arm64_register(text_, argument_.base_register);
  }

  /// "base", "base, offset", "base, index", "base, index, lsl N".
  bool arm64_memory(std::string_view inside) {
    const auto part = [&inside] {
      const auto end = std::min(inside.find(','), inside.size());
      auto taken = trimmed(inside.substr(0, end));
      inside.remove_prefix(std::min(end + 1, inside.size()));
      if (taken.starts_with('#')) taken.remove_prefix(1);
      return taken;
    };
    if (!take_arm64_register(part(), argument_.base_register)) return false;
    const auto second = part();
    auto shift = part();
    argument_.deref_offset = 0;
    if (second.empty()) return shift.empty();
    if (const auto offset = whole_number(second)) {
      argument_.deref_offset = offset;
      return shift.empty();
    }
    if (!second.starts_with('x') || !take_arm64_register(second, argument_.index_register)) return false;
    if (shift.empty()) return true;
    if (!shift.starts_with("lsl ")) return false;
    shift = trimmed(shift.substr(4));
    if (shift.starts_with('#')) shift.remove_prefix(1);
    const auto by = whole_number(shift);
    if (!by || *by < 0 || *by > 4) return false;
    argument_.scale = 1 << *by;
    return true;
  }

  bool take_arm64_register(std::string_view text, std::string& into) {
    into = arm64_register(text);
    if (into.empty() && text.find_first_of("dsqhbv") == 0) refuse("is in a register that pt_regs does not have");
    return !into.empty();
  }

  std::string_view text_;
  UsdtArgument& argument_;
};

// Somebody else's binary decides how many there are; <sys/sdt.h> has probes with up to 12.
constexpr std::size_t most_arguments = 64;

UsdtArgument parse_one(std::string_view text, OperandSyntax syntax) {
  UsdtArgument argument;
  argument.spec = text;
  auto operand = text;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    auto size = text.substr(0, at);
    operand = text.substr(at + 1);
    const auto bytes = take_number(size).value_or(0);
    argument.is_signed = bytes < 0;
    argument.size = static_cast<int>(std::abs(std::clamp<std::int64_t>(bytes, -1024, 1024)));
    if (size == "f") size = {};
    const bool known = argument.size == 1 || argument.size == 2 || argument.size == 4 || argument.size == 8;
    if (!known || !size.empty()) {
      argument.unreadable = fmt::format("{} is of a size that BPF has no numbers of", text);
    }
  }
  Operand(operand, argument).parse(syntax);
  return argument;
}

}  // namespace

OperandSyntax operand_syntax(std::uint16_t elf_machine) noexcept {
  if (elf_machine == EM_X86_64 || elf_machine == EM_386) return OperandSyntax::x86;
  return elf_machine == EM_AARCH64 ? OperandSyntax::arm64 : OperandSyntax::other;
}

std::vector<UsdtArgument> parse_usdt_arguments(std::string_view text, OperandSyntax syntax) {
  std::vector<UsdtArgument> arguments;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size() && arguments.size() < most_arguments; ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (at < text.size() && (c != ' ' || depth > 0)) continue;
    if (at > begin) arguments.push_back(parse_one(text.substr(begin, at - begin), syntax));
    begin = at + 1;
  }
  return arguments;
}

}  // namespace bccxx::runtime

namespace bccxx {

std::string to_string(const UsdtArgument& argument) {
  const auto prefix = fmt::format("{} {} bytes @ ", argument.size, argument.is_signed ? "signed  " : "unsigned");
  if (!argument.unreadable.empty()) return prefix + argument.unreadable;
  if (argument.constant) return fmt::format("{}{}", prefix, *argument.constant);
  if (!argument.deref_offset) return prefix + argument.base_register;
  const auto offset = *argument.deref_offset;
  const auto distance = offset < 0 ? 0 - static_cast<std::uint64_t>(offset) : static_cast<std::uint64_t>(offset);
  const auto base = argument.deref_ident.empty() ? argument.base_register : "&" + argument.deref_ident;
  auto text = fmt::format("{}*({} {} {}", prefix, base, offset < 0 ? '-' : '+', distance);
  if (!argument.index_register.empty()) text += " + " + argument.index_register;
  if (!argument.index_register.empty() && argument.scale != 1) text += fmt::format(" * {}", argument.scale);
  return text + ")";
}

}  // namespace bccxx
