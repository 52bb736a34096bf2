// Starts the tracer as a libbpf skeleton and says how much memory that took at most.
#include <stdio.h>
#include <string.h>

#include "tracer.skel.h"

int main(void) {
  struct tracer* tracer = tracer__open_and_load();
  if (!tracer || tracer__attach(tracer)) return 1;
  FILE* status = fopen("/proc/self/status", "r");
  char line[256];
  while (status && fgets(line, sizeof(line), status)) {
    if (!strncmp(line, "VmHWM", 5)) fputs(line, stdout);
  }
  return 0;
}
