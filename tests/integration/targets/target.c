// target COMM FUNCTION TIMES: takes the name COMM, says "r", waits for a byte on stdin, calls the function so often.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int library_pick(int x);
int library_plain(int x);

__attribute__((noinline)) int target_global(int x) {
  __asm__ volatile("");
  return x + 1;
}

__attribute__((noinline)) static int target_local(int x) {
  __asm__ volatile("");
  return x + 2;
}

typedef int (*function)(int);

static int lengths(int times) {
  static char text[2001];
  size_t (*volatile measure)(const char*) = strlen;
  memset(text, 'x', 2000);
  for (int i = 0; i < times; ++i) {
    for (int n = 0; n < 10; ++n) measure(text + 1995);
    for (int n = 0; n < 20; ++n) measure(text + 1900);
    for (int n = 0; n < 7; ++n) measure(text + 2000);
    measure(text);
  }
  return 0;
}

static function find(const char* name) {
  if (!strcmp(name, "global")) return target_global;
  if (!strcmp(name, "local")) return target_local;
  if (!strcmp(name, "pick")) return library_pick;
  if (!strcmp(name, "plain")) return library_plain;
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  prctl(PR_SET_NAME, argv[1]);
  const int measuring = !strcmp(argv[2], "strlen");
  volatile function call = find(argv[2]);
  const int times = atoi(argv[3]);
  char byte = 'r';
  if (write(STDOUT_FILENO, &byte, 1) != 1 || read(STDIN_FILENO, &byte, 1) != 1) return 3;
  if (measuring) return lengths(times);
  if (!call) return 4;
  for (int i = 0; i < times; ++i) call(i);
  return 0;
}
