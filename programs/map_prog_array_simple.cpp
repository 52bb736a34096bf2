// The smallest tail call: one BPF program goes on as another, which it finds in an array of programs.
//
// Run it as root:  map_prog_array_simple [interval [count]]
// Each execve prints "I'm bar" and then "I'm foo". Only bar is attached; foo is loaded and put into slot 1 of the
// array. A call of an empty slot does nothing, and the caller goes on: so the slot is filled before bar is attached.

#include <bccxx/bpf.hpp>
#include <bccxx/runtime/features.hpp>

#include "program.hpp"
#include "trace_rows.hpp"

namespace {

constexpr const char* bpf_text = R"(
BPF_PROG_ARRAY(ftable, 2);

int foo(struct pt_regs *ctx) {
  bpf_trace_printk("I'm foo");
  return 0;
}

int bar(struct pt_regs *ctx) {
  bpf_trace_printk("I'm bar");
  ftable.call(ctx, 1);
  return 0;  // reached only when slot 1 is empty
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Prints from two BPF programs for each execve, the second called by the first.",
                            {.interval = programs::no_interval});

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.log = program.log()});
    programs::TraceRows trace(bpf, program);

    // All programs of an array are of one type, the type of the hook that bar runs from.
    const bool kprobes = bccxx::has_feature(bccxx::Feature::kprobe);
    const auto type = kprobes ? bccxx::ProgramType::kprobe : bccxx::ProgramType::tracepoint;
    const auto via = kprobes ? bccxx::AttachVia::kprobe : bccxx::AttachVia::tracepoint;
    bpf.get_prog_table("ftable").update(1, bpf.load_func("foo", type));
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "bar", {.via = via});

    for (const auto& tick : program.rounds({trace.watch()})) {
      if (tick.last) bpf.detach_all();
      trace.print();
    }
  });
}
