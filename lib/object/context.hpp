#pragma once
// What a program takes, by the BTF of its function.

#include <bccxx/support/export.hpp>

#include <bpf/btf.h>

#include <cstdint>
#include <string>

namespace bccxx::object {

/// The name of the first parameter's type, through the pointer and its qualifiers; empty when there is none.
[[nodiscard]] BCCXX_API std::string context_of(const btf* types, std::uint32_t function);

}  // namespace bccxx::object
