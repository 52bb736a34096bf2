// A library with a probe of the same provider, and one whose name the program's have too.
#include <sys/sdt.h>

void library_probe(int i) {
  STAP_PROBE1(bccxx, library, i);
  STAP_PROBE1(other, text, i);
}
