// A reader widens its argument to 64 bits, by its sign, and gives as many of them as the caller has room for.

#include "runtime/usdt_readers.hpp"

#include "runtime/usdt_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <string_view>

namespace bccxx::runtime {
namespace {

constexpr std::string_view header = R"(#include <uapi/linux/ptrace.h>
static inline __attribute__((always_inline)) int bccxx_usdt_give(void *to, unsigned long size, u64 value, int result) {
  if (size == 8) __builtin_memcpy(to, &value, 8);
  else if (size == 4) __builtin_memcpy(to, &value, 4);
  else if (size == 2) __builtin_memcpy(to, &value, 2);
  else if (size == 1) __builtin_memcpy(to, &value, 1);
  else return -1;
  return result;
}
)";

/// What marks the C of an argument that cannot be read; the reason follows.
constexpr std::string_view unreadable_mark = "/* unreadable */";

/// A number as C reads it; the smallest has no literal of its own.
std::string literal(std::int64_t number) {
  if (number == std::numeric_limits<std::int64_t>::min()) return "(-9223372036854775807LL - 1)";
  return fmt::format("({}LL)", number);
}

std::string integer_type(const UsdtArgument& argument) {
  return fmt::format("{}{}", argument.is_signed ? 's' : 'u', argument.size * 8);
}

/// The address of an argument in memory, as a C expression.
std::string address_of(const UsdtArgument& argument, const UsdtLocation& location) {
  auto address = literal(argument.deref_offset.value_or(0));
  if (!argument.deref_ident.empty()) {
    // The probe's own address says how far the binary was moved.
    address +=
        fmt::format(" + ctx->ip + {}", literal(static_cast<std::int64_t>(argument.ident_address - location.address)));
  }
  if (!argument.base_register.empty() && argument.base_register != "ip") address += " + ctx->" + argument.base_register;
  if (!argument.index_register.empty()) {
    address += fmt::format(" + ctx->{} * {}", argument.index_register, argument.scale);
  }
  return address;
}

std::string code_of(const UsdtArgument& argument, const UsdtLocation& location) {
  if (!argument.unreadable.empty()) return std::string(unreadable_mark) + argument.unreadable;
  const auto type = integer_type(argument);
  if (argument.constant) return fmt::format("value = ({}){};", type, literal(*argument.constant));
  if (!argument.deref_offset) return fmt::format("value = ({})ctx->{};", type, argument.base_register);
  return fmt::format(
      "{{ {0} read = 0; result = bpf_probe_read_user(&read, sizeof(read), (void *)({1})); value = read; }}", type,
      address_of(argument, location));
}

bool is_unreadable(const std::string& code) { return code.starts_with(unreadable_mark); }

/// The binary's words, harmless in a C string.
std::string quotable(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool harmless = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                          std::string_view(" @%$()[],.:+-*_#").find(c) != std::string_view::npos;
    plain += harmless ? c : '?';
  }
  return plain;
}

}  // namespace

UsdtReaders::Way UsdtReaders::way_of(const UsdtLocation& location) {
  Way way;
  for (const auto& argument : location.arguments) way.push_back(code_of(argument, location));
  return way;
}

UsdtReaders::UsdtReaders(const std::vector<USDT>& contexts) {
  for (const auto& context : contexts) {
    for (const auto& enabled : context.state().enabled) {
      auto& ways = functions_[enabled.function];
      for (const auto& location : enabled.which().locations) {
        auto way = way_of(location);
        if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(std::move(way));
      }
    }
  }
}

std::uint64_t UsdtReaders::cookie(const std::string& function, const UsdtLocation& location) const {
  const auto known = functions_.find(function);
  if (known == functions_.end()) return 0;
  const auto found = std::find(known->second.begin(), known->second.end(), way_of(location));
  return found == known->second.end() ? 0 : static_cast<std::uint64_t>(found - known->second.begin());
}

std::string UsdtReaders::reader(const std::string& function, std::size_t argument, const std::vector<Way>& ways) {
  std::string cases;
  std::string refusal;
  bool readable = false;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const auto* code = argument < ways[i].size() ? &ways[i][argument] : nullptr;
    if (code != nullptr && is_unreadable(*code)) refusal = code->substr(unreadable_mark.size());
    if (code == nullptr || is_unreadable(*code)) continue;
    readable = true;
    // The empty assembly keeps clang from making one read of a register chosen by the cookie out of several.
    cases += ways.size() == 1
                 ? "  " + *code + '\n'
                 : fmt::format("  case {}: result = 0; {} asm volatile(\"\" : \"+r\"(value)); break;\n", i, *code);
  }
  const auto name =
      fmt::format("int _bpf_readarg_{}_{}(struct pt_regs *ctx, void *to, unsigned long size)", function, argument + 1);
  if (!readable) {
    return fmt::format(
        "__attribute__((unavailable(\"argument {} of the USDT probe cannot be read: {}\")))\nstatic {};\n",
        argument + 1, quotable(refusal), name);
  }
  const auto body = ways.size() == 1
                        ? cases
                        : fmt::format("  result = -1;\n  switch (bpf_get_attach_cookie(ctx)) {{\n{}  }}\n", cases);
  return fmt::format(
      "static inline __attribute__((always_inline)) {} {{\n  u64 value = 0;\n  int result = 0;\n{}  return "
      "bccxx_usdt_give(to, size, value, result);\n}}\n",
      name, body);
}

std::string UsdtReaders::text() const {
  if (functions_.empty()) return {};
  std::string all(header);
  for (const auto& [function, ways] : functions_) {
    std::size_t most = 0;
    for (const auto& way : ways) most = std::max(most, way.size());
    for (std::size_t argument = 0; argument < most; ++argument) all += reader(function, argument, ways);
  }
  return all;
}

bool reads_usdt_arguments(const std::string& text) { return text.find("bpf_usdt_readarg") != std::string::npos; }

}  // namespace bccxx::runtime
