// Starts the tracer with libbcc in the process, through its own C++ class.

#include <bcc/BPF.h>

#include "peak_memory.hpp"
#include "tracer_text.hpp"

int main() {
  ebpf::BPF bpf;
  auto status = bpf.init(tracer_text);
  if (status.ok()) {
    status = bpf.attach_tracepoint("syscalls:sys_enter_execve", "tracepoint__syscalls__sys_enter_execve");
  }
  if (!status.ok()) {
    std::cerr << status.msg() << '\n';
    return 1;
  }
  print_peak_memory();
}
