#pragma once
// What a descriptor is open on: the kernel gives the shape of a program to whoever asks for that of a map.

#include <string>

namespace bccxx::detail {

inline constexpr const char* a_map = "map";

/// "map", "program", "link", "BTF", or what the kernel calls anything else.
///
/// Throws: SystemError, with EBADF when the descriptor is not open
[[nodiscard]] std::string what_is(int fd);

/// `name` is how the exception calls the object.
///
/// Throws: TypeMismatch unless the descriptor is a map's
void require_map(int fd, const std::string& name);

}  // namespace bccxx::detail
