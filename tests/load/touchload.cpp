// touchload: waits for a line on standard input, then calls touch_pages 10 times for 20 pages and 3 times for 200, and
// nest, which calls itself 5 deep and touches 2 pages in each call, once.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace {

constexpr std::size_t page_size = 4096;

}  // namespace

// Not static, so that they have names.
extern "C" {
[[gnu::noinline]] int touch_pages(std::size_t pages) {
  void* const mapped = mmap(nullptr, pages * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return 1;
  madvise(mapped, pages * page_size, MADV_NOHUGEPAGE);
  auto* const bytes = static_cast<volatile char*>(mapped);
  for (std::size_t page = 0; page < pages; ++page) bytes[page * page_size] = 1;
  return munmap(mapped, pages * page_size);
}

// NOLINTNEXTLINE(misc-no-recursion)
[[gnu::noinline]] int nest(int depth) { return touch_pages(2) + (depth > 1 ? nest(depth - 1) : 0); }
}

int main() {
  char byte = 0;
  if (read(STDIN_FILENO, &byte, 1) != 1) return 1;
  int failed = 0;
  for (int i = 0; i < 10; ++i) failed += touch_pages(20);
  for (int i = 0; i < 3; ++i) failed += touch_pages(200);
  failed += nest(5);
  return failed == 0 ? 0 : 2;
}
