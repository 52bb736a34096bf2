#pragma once
// How a fork becomes harmless: no capabilities, no other user's rights, no descriptors, little memory.

#include <cstdint>

namespace bccxx::symbols {

/// Leaves this process `socket` alone, and no privilege of the one it was forked from. Ends it when any of that fails.
///
/// It becomes the user nobody where it may; in a user namespace without such a user, and without the right to change
/// users, it stays who it is, without capabilities.
/// Returns: the descriptor that the socket has now
[[nodiscard]] int give_up_privileges(int socket);

/// How much data memory this process has, which a fork inherits.
[[nodiscard]] std::uint64_t data_bytes();

}  // namespace bccxx::symbols
