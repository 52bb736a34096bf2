// Needs libbcc at run time; the linkage check must find that out.

#include <bcc/libbpf.h>

int main() { return bpf_attach_raw_tracepoint(-1, nullptr) < 0 ? 0 : 1; }
