// A probe whose arguments are only made where its semaphore says that somebody listens.
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

__extension__ unsigned short bccxx_counted_semaphore __attribute__((unused, section(".probes")));

int counted_is_wanted(void) { return *(volatile unsigned short*)&bccxx_counted_semaphore; }

void counted(int i) { STAP_PROBE1(bccxx, counted, i + 1000); }

__extension__ unsigned short bccxx_mixed_semaphore __attribute__((unused, section(".probes")));

void mixed_counted(int i) {
  if (*(volatile unsigned short*)&bccxx_mixed_semaphore != 0) STAP_PROBE1(bccxx, mixed, i);
}

// Not in the file: nothing can count it.
unsigned short bccxx_uncounted_semaphore;

void uncounted(int i) {
  if (*(volatile unsigned short*)&bccxx_uncounted_semaphore != 0) STAP_PROBE1(bccxx, uncounted, i);
}
