// Uses the C++ runtime's demangler, behind a bound it does not have itself.

#include "symbols/demangle.hpp"

#include <cxxabi.h>
#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace bccxx::symbols {
namespace {

/// References to earlier parts of a mangled name can each multiply its length by up to 1.45: 32 of them stay within
/// megabytes, a few hundred, in a name of a kilobyte, do not.
constexpr int most_references = 32;

int references(std::string_view name) {
  int count = 0;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    const auto next = static_cast<unsigned char>(name[i + 1]);
    const bool reference = next == '_' || std::isdigit(next) != 0 || std::isupper(next) != 0;
    if ((name[i] == 'S' || name[i] == 'T') && reference) ++count;
  }
  return count;
}

bool is_rust_hash(std::string_view part) {
  return part.size() == 17 && part.front() == 'h' &&
         part.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

/// Rust's older mangling is C++'s with a hash as last part and punctuation spelt out.
std::string plain_rust(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> spelt = {{{"$LT$", "<"},
                                                                                           {"$GT$", ">"},
                                                                                           {"$RF$", "&"},
                                                                                           {"$BP$", "*"},
                                                                                           {"$LP$", "("},
                                                                                           {"$RP$", ")"},
                                                                                           {"$C$", ","},
                                                                                           {"$SP$", "@"},
                                                                                           {"$u20$", " "},
                                                                                           {"$u7b$", "{"},
                                                                                           {"$u7d$", "}"},
                                                                                           {"..", "::"}}};
  std::string plain;
  while (!name.empty()) {
    std::string_view from = name.substr(0, 1);
    std::string_view to = from;
    for (const auto& [code, text] : spelt)
      if (name.starts_with(code)) std::tie(from, to) = std::pair(code, text);
    plain += to;
    name.remove_prefix(from.size());
    // An identifier may not start with punctuation, so the compiler puts an underscore before it.
    if (name.starts_with("_$") && (plain.empty() || plain.ends_with("::"))) name.remove_prefix(1);
  }
  return plain;
}

}  // namespace

std::string demangle(std::string name, NameOrigin origin) {
  if (!name.starts_with("_Z")) return name;
  if (origin == NameOrigin::anybody && references(name) > most_references) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                          &std::free);
  if (status != 0 || plain == nullptr) return name;
  const std::string_view text(plain.get());
  const auto last = text.rfind("::");
  if (last != std::string_view::npos && is_rust_hash(text.substr(last + 2))) {
    const auto path = text.substr(0, last);
    return plain_rust(path.starts_with("_$") ? path.substr(1) : path);
  }
  return std::string(text);
}

}  // namespace bccxx::symbols
