#pragma once
// A thread that goes from CPU to CPU, so that the caller's own need not.

#include <cstddef>
#include <functional>
#include <string>

namespace bccxx::detail {

/// Runs `work` to its end on a thread that no signal reaches. Whatever it throws is thrown here.
///
/// Throws: SystemError when no thread can be started; `table` is the one it was for
void on_own_thread(const std::string& table, const std::function<void()>& work);

/// Moves the calling thread. Returns: false when it may not run there, or the CPU is not online
[[nodiscard]] bool move_to_cpu(std::size_t cpu);

}  // namespace bccxx::detail
