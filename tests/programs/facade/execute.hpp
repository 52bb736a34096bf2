#pragma once
// execve calls of a known caller.

#include <catch2/catch.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace programs_test {

/// Executes /bin/true `times` times from processes named `name`.
///
/// Returns: their pids
inline std::vector<pid_t> execute(const char* name, int times) {
  std::vector<pid_t> pids;
  for (int i = 0; i < times; ++i) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      prctl(PR_SET_NAME, name);
      execl("/bin/true", "true", nullptr);
      _exit(127);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    pids.push_back(child);
  }
  return pids;
}

}  // namespace programs_test
