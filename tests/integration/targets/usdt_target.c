// usdt_target COMM TIMES: takes the name COMM, says "r", waits for a byte on stdin, goes through its probes so often,
// says how often it found a probe's semaphore up, and waits for the end of stdin.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sys/sdt.h>

int counted_is_wanted(void);
void counted(int i);
void mixed_counted(int i);
void uncounted(int i);
void library_probe(int i);

// Not one that the optimiser knows.
static volatile int64_t minus_five = -5;
static int64_t table[4] = {100, -200, 300, -400};
__attribute__((used)) static int variables[2] = {11, -22};

__attribute__((noinline)) static void sizes(void) {
  const int64_t n = minus_five;
  STAP_PROBE8(bccxx, sizes, (int8_t)n, (uint8_t)n, (int16_t)n, (uint16_t)n, (int32_t)n, (uint32_t)n, n, (uint64_t)n);
}

// The same probe with its arguments at other places and of other sizes.
__attribute__((noinline)) static void places(int i) {
  STAP_PROBE2(bccxx, places, i, -7);
  int64_t wide = table[i & 3];
  __asm__ volatile("" : "+m"(wide));
  STAP_PROBE2(bccxx, places, wide, (unsigned char)i);
}

__attribute__((noinline)) static void uneven(int i) {
  STAP_PROBE1(bccxx, uneven, i);
  STAP_PROBE(bccxx, uneven);
}

// Written to, so that it is in memory when a probe wants to read it.
static char even[] = "?ven words";
static char odd[] = "?dd words";

__attribute__((noinline)) static void text(const char* words) { STAP_PROBE1(bccxx, text, words); }

__attribute__((noinline)) static void number(double x) { STAP_PROBE2(bccxx, number, x, (int)x); }

// What stands in these macros becomes text, blanks and all.
// clang-format off
__attribute__((noinline)) static void operands(long i) {
#ifdef __x86_64__
  __asm__ volatile(STAP_PROBE_ASM(bccxx, indexed, -8@(%[base],%[index],8)) : : [base] "r"(table), [index] "r"(i & 3));
  __asm__ volatile(STAP_PROBE_ASM(bccxx, variable, -4@variables(%rip) -4@4+variables(%rip)));
  __asm__ volatile(STAP_PROBE_ASM(bccxx, floating, 8f@%xmm0));
#else
  __asm__ volatile(STAP_PROBE_ASM(bccxx, indexed, -8@[%[base], %[index], lsl 3]) : : [base] "r"(table), [index] "r"(i & 3));
#endif
}
// clang-format on

// A probe that has a semaphore at its other place.
__attribute__((noinline)) static void mixed(int i) { STAP_PROBE1(bccxx, mixed, i); }

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  prctl(PR_SET_NAME, argv[1]);
  const int times = atoi(argv[2]);
  char byte = 'r';
  if (write(STDOUT_FILENO, &byte, 1) != 1 || read(STDIN_FILENO, &byte, 1) != 1) return 3;
  int wanted = 0;
  even[0] = 'e';
  odd[0] = 'o';
  for (int i = 0; i < times; ++i) {
    sizes();
    places(i);
    uneven(i);
    text(i % 2 == 0 ? even : odd);
    number(i);
    operands(i);
    if (counted_is_wanted()) {
      ++wanted;
      counted(i);
    }
    mixed(i);
    mixed_counted(i);
    uncounted(i);
    library_probe(i);
  }
  byte = (char)wanted;
  if (write(STDOUT_FILENO, &byte, 1) != 1) return 4;
  while (read(STDIN_FILENO, &byte, 1) == 1) {
  }
  return counted_is_wanted();
}
