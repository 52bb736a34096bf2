// Iterator programs: what they print is read as text.

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>
#include <string>

using namespace bccxx;
using Catch::Matchers::Contains;

TEST_CASE("an iterator over tasks tells of this one, each time it is read", "[iterator]") {
  BPF bpf(R"(
#include <linux/bpf.h>
#include <linux/seq_file.h>
#include <linux/sched.h>
// As bcc's own example has it: the structure is in no header.
struct bpf_iter__task {
  union { struct bpf_iter_meta *meta; };
  union { struct task_struct *task; };
};
int plain(void *ctx) { return 0; }
BPF_ITER(task) {
  struct seq_file *seq = ctx->meta->seq;
  struct task_struct *task = (struct task_struct *)ctx->task;
  if (task == (void *)0) return 0;
  char format[] = "%d %d\n";
  u64 arguments[] = {task->tgid, task->pid};
  bpf_seq_printf(seq, format, sizeof(format), arguments, sizeof(arguments));
  return 0;
}
)");
  // Nothing runs on its own: there is nothing to trigger an iterator but its reader.
  CHECK(bpf.links().empty());
  const auto& link = bpf.attach_iter("task");
  CHECK(link.via() == AttachVia::iterator);
  const auto line = std::to_string(getpid()) + " " + std::to_string(getpid()) + "\n";
  for (int i = 0; i < 2; ++i) CHECK_THAT(read_iterator(link), Contains(line));
  CHECK_THROWS_AS(read_iterator(bpf.attach_raw_tracepoint("sched_switch", "plain")), SystemError);
  CHECK_THROWS_WITH(bpf.attach_raw_tracepoint("sched_switch", "bpf_iter__task"), Contains("written for another hook"));
}
