// getpgidload FIRST LAST: calls getpgid(2) for each of these pids, one after the other, whether they are there or not.

#include <unistd.h>

#include <cstdlib>

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  const auto last = std::atoi(argv[2]);
  for (int pid = std::atoi(argv[1]); pid <= last; ++pid) static_cast<void>(getpgid(pid));
  return 0;
}
