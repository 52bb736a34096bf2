// stackload [jit]: prints "ready", and for each line of input calls getppid once, at the end of a chain of calls whose
// return addresses lie outside of what called. With "jit" the call is in code made at run time, which a perf map calls
// made_at_run_time. At the end of its input it ends through exit_group, and its perf map with it.

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

/// The call of getppid, in a function with a frame of its own.
[[gnu::noinline]] void ask_in_binary() {
  syscall(SYS_getppid);
  asm volatile("");
}
void (*volatile ask_for_parent)() = ask_in_binary;
char map_path[64] = "";

/// The same as bytes.
#if defined(__x86_64__)
constexpr unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0x5d, 0xc3};
#elif defined(__aarch64__)
constexpr unsigned code[] = {0xa9bf7bfd, 0x910003fd, 0xd28015a8, 0xd4000001, 0xa8c17bfd, 0xd65f03c0};
#endif

bool make_code() {
  void* memory = mmap(nullptr, sizeof(code), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  std::memcpy(memory, code, sizeof(code));
  if (mprotect(memory, sizeof(code), PROT_READ | PROT_EXEC) != 0) return false;
  std::snprintf(map_path, sizeof(map_path), "/tmp/perf-%d.map", getpid());
  std::FILE* map = std::fopen(map_path, "w");
  if (map == nullptr) return false;
  std::fprintf(map, "%lx %zx made_at_run_time\n", reinterpret_cast<unsigned long>(memory), sizeof(code));
  ask_for_parent = reinterpret_cast<void (*)()>(memory);
  return std::fclose(map) == 0;
}

[[gnu::noinline]] bool read_line() {
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) == 1)
    if (byte == '\n') return true;
  return false;
}

bool say(const char* text, unsigned size) { return write(STDOUT_FILENO, text, size) == static_cast<ssize_t>(size); }

}  // namespace

// These stand one behind the other, without a gap: the build says so.
extern "C" {
[[gnu::noinline, noreturn, gnu::section(".text.stackload")]] void never_returns() {
  while (read_line()) {
    ask_for_parent();
    if (!say("done\n", 5)) break;
  }
  if (map_path[0] != '\0') unlink(map_path);
  _exit(0);
}

/// Ends in a call that does not return, so the return address is the next function's.
[[gnu::noinline, gnu::section(".text.stackload")]] void ends_in_call() {
  asm volatile("");
  never_returns();
}

[[gnu::noinline, gnu::used, gnu::section(".text.stackload")]] void comes_next() { asm volatile(""); }
}

namespace {

/// Not known to the compiler, which would leave out all that follows a call without return.
void (*volatile last_call)() = ends_in_call;
volatile int after = 0;

/// What is inlined ends with its call, so the return address is its caller's.
[[gnu::always_inline]] inline void inlined_call() {
  last_call();  // the test looks for this line
}

}  // namespace

extern "C" [[gnu::noinline]] void with_inlined_call() {
  inlined_call();
  after = 1;
}

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "jit") == 0 && !make_code()) return 3;
  if (!say("ready\n", 6)) return 2;
  with_inlined_call();
  return 0;
}
