#pragma once
// The one translation between bcc's function names, libbpf's section names and what a program is meant for.

#include <bccxx/object/object.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx::object {

struct ProbeHint {
  ProbeKind probe = ProbeKind::none;
  std::string target;
};

/// What bcc's naming says: kprobe__X, tracepoint__category__event, lsm__hook, …
[[nodiscard]] BCCXX_API ProbeHint hint_from_function(const std::string& name);

/// What a libbpf section name says.
[[nodiscard]] BCCXX_API ProbeHint hint_from_section(const std::string& section);

/// The section in which libbpf knows what kind of program it is. `context` is as in ProgramSpec.
[[nodiscard]] BCCXX_API std::string section_for(const ProbeHint& hint, const std::string& context);

[[nodiscard]] BCCXX_API const char* to_string(ProbeKind kind) noexcept;
/// Returns: none for a word that is not a kind
[[nodiscard]] BCCXX_API ProbeKind probe_kind(const std::string& word) noexcept;

}  // namespace bccxx::object
