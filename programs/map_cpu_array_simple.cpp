// Counts outgoing TCP connections over IPv4 on each CPU, in an array that has a value for each CPU.
//
// Run it as root:  map_cpu_array_simple [interval [count]]
// Each connection prints a line from within the kernel; Ctrl-C prints the counts, and so does each interval.
// A program touches only the value of the CPU it runs on, so counting needs no lock and no atomic operation.
// Where the kernel has no kprobes, the tracepoint sock:inet_sock_set_state tells of the same connections: it fires
// within tcp_v4_connect. It does not see those that fail before anything is sent, for want of a route.

#include <bccxx/bpf.hpp>
#include <bccxx/support/cpus.hpp>

#include <fmt/format.h>

#include "hooks.hpp"
#include "program.hpp"
#include "trace_rows.hpp"

namespace {

constexpr const char* bpf_text = R"(
BPF_PERCPU_ARRAY(connect_cnt, long, 1);

static void count() {
  bpf_trace_printk("start of tcp4connect");
  connect_cnt.increment(0);
}

int kprobe__tcp_v4_connect(struct pt_regs *ctx) {
  count();
  return 0;
}

TRACEPOINT_PROBE(sock, inet_sock_set_state) {
  enum { af_inet = 2, tcp_syn_sent = 2, ipproto_tcp = 6 };
  if (args->family == af_inet && args->newstate == tcp_syn_sent && args->protocol == ipproto_tcp) count();
  return 0;
}
)";

const std::vector<programs::Hook> hooks = {
    {bccxx::AttachVia::kprobe, "tcp_v4_connect", "kprobe__tcp_v4_connect"},
    {bccxx::AttachVia::tracepoint, "sock:inet_sock_set_state", "tracepoint__sock__inet_sock_set_state"},
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts outgoing TCP connections over IPv4 on each CPU.",
                            {.interval = programs::no_interval});

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.auto_attach = bccxx::AutoAttach::off, .log = program.log()});
    programs::TraceRows trace(bpf, program);
    programs::attach_first(bpf, program, hooks);
    const auto connect_cnt = bpf.get_percpu_array_table<long>("connect_cnt");

    for (const auto& tick : program.rounds({trace.watch()})) {
      if (tick.last) bpf.detach_all();  // so that there is a line for each connection counted
      trace.print();
      const auto by_cpu = connect_cnt[0];
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"total", connect_cnt.sum(0)}});
      } else {
        fmt::print("\ntcp connects total  {}  times\n", connect_cnt.sum(0));
      }
      for (const int cpu : bccxx::online_cpus()) {
        const auto count = by_cpu.at(static_cast<std::size_t>(cpu));
        if (program.json()) {
          program.print_json({{"round", tick.number}, {"cpu", cpu}, {"count", count}});
        } else {
          fmt::print("val[ {} ] =  {}\n", cpu, count);
        }
      }
    }
  });
}
