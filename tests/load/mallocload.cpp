// mallocload: prints a line, waits for one on standard input, then calls malloc 10 times for 100 bytes and 4 times for
// 5000, prints a line, and waits for another one. It calls malloc no other time after the first line.

#include <unistd.h>

#include <cstdlib>

namespace {

void* volatile kept;

}  // namespace

// Not static, so that they have names.
extern "C" {
[[gnu::noinline]] void a100() { kept = std::malloc(100); }
[[gnu::noinline]] void a5000() { kept = std::malloc(5000); }
}

int main() {
  char byte = 0;
  if (write(STDOUT_FILENO, "ready\n", 6) != 6) return 2;
  if (read(STDIN_FILENO, &byte, 1) != 1) return 1;
// Not unrolled: each function has one place that calls it.
#pragma GCC unroll 1
  for (int i = 0; i < 10; ++i) a100();
#pragma GCC unroll 1
  for (int i = 0; i < 4; ++i) a5000();
  if (write(STDOUT_FILENO, "done\n", 5) != 5) return 2;
  while (read(STDIN_FILENO, &byte, 1) == 1) {
  }
  _exit(0);
}
