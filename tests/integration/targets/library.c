// A library with a function whose implementation is chosen when it is loaded.

__attribute__((noinline)) static int pick_one(int x) {
  __asm__ volatile("");
  return x + 1;
}

__attribute__((noinline, used)) static int pick_two(int x) {
  __asm__ volatile("");
  return x + 2;
}

typedef int (*picked)(int);

__attribute__((used)) static picked choose(void) {
  volatile int one = 0;
  return one ? pick_one : pick_two;
}

int library_pick(int x) __attribute__((ifunc("choose")));

__attribute__((noinline)) int library_plain(int x) {
  __asm__ volatile("");
  return x;
}
