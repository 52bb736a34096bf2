#pragma once
// The far side of the socket: a process that does nothing but read DWARF.

namespace bccxx::symbols {

/// Gives up every privilege and answers questions until `socket` closes. For a fresh fork; never returns.
[[noreturn]] void run_dwarf_child(int socket);

}  // namespace bccxx::symbols
