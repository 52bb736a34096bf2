// getuidload N: says so when it begins, then calls getuid N times; 0: until it is killed.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

int main(int argc, char** argv) {
  if (argc < 2) return 1;
  const long calls = std::atol(argv[1]);
  if (write(STDOUT_FILENO, "calling\n", 8) != 8) return 2;
  for (long i = 0; calls == 0 || i < calls; ++i) syscall(SYS_getuid);
  return 0;
}
