// The sizes of block I/O in two histograms: one with a row for each KiB, one with a row for each power of two.
//
// Run it as root:  map_hist [interval [count]]
// Ctrl-C prints the histograms; with an interval they are printed each time, and go on counting.
// Kernels before 5.8 finish a request in blk_account_io_completion, later ones in blk_update_request; where the kernel
// has no kprobes, the tracepoint block:block_rq_complete tells the same.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include "hooks.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
struct request;

// One slot for each KiB up to 1 MiB, as many as a linear histogram can show; `beyond` counts what is larger.
BPF_HISTOGRAM(dist, int, 1025);
BPF_ARRAY(beyond, u64, 1);
BPF_HISTOGRAM(log_dist);

static void count(u64 kbytes) {
  if (kbytes < 1025)
    dist.atomic_increment(kbytes);
  else
    beyond.atomic_increment(0);
  log_dist.atomic_increment(bpf_log2l(kbytes));
}

int on_account(struct pt_regs *ctx, struct request *req, unsigned int bytes) {
  count(bytes / 1024);
  return 0;
}

int on_update(struct pt_regs *ctx, struct request *req, int error, unsigned int bytes) {
  count(bytes / 1024);
  return 0;
}

TRACEPOINT_PROBE(block, block_rq_complete) {
  count(args->nr_sector / 2);
  return 0;
}
)";

const std::vector<programs::Hook> hooks = {
    {bccxx::AttachVia::kprobe, "blk_account_io_completion", "on_account"},
    {bccxx::AttachVia::kprobe, "blk_update_request", "on_update"},
    {bccxx::AttachVia::tracepoint, "block:block_rq_complete", "tracepoint__block__block_rq_complete"},
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Histograms of the sizes of block I/O.", {.interval = programs::no_interval});

  return program.run(argc, argv, [&] {
    bccxx::BPF bpf(bpf_text, {.auto_attach = bccxx::AutoAttach::off, .log = program.log()});
    programs::attach_first(bpf, program, hooks);
    const auto dist = bpf.get_histogram("dist");
    const auto log_dist = bpf.get_histogram("log_dist");
    const auto beyond = bpf.get_array_table<std::uint64_t>("beyond");

    if (!program.json()) fmt::print("Tracing block I/O... Hit Ctrl-C to end.\n");
    for (const auto& tick : program.rounds()) {
      if (tick.last) bpf.detach_all();  // so that both histograms hold the same requests
      if (program.json()) {
        const auto rows = [&](std::string_view scale, const std::vector<bccxx::HistogramRow>& all) {
          for (const auto& [low, high, count] : all)
            if (count != 0)
              program.print_json(
                  {{"round", tick.number}, {"scale", scale}, {"low", low}, {"high", high}, {"count", count}});
        };
        rows("linear", bccxx::linear_rows(dist.slots(bccxx::HistogramScale::linear)));
        rows("log2", bccxx::log2_rows(log_dist.slots()));
        program.print_json({{"round", tick.number}, {"scale", "beyond"}, {"low", 1025}, {"count", beyond[0]}});
        continue;
      }
      fmt::print("\nLinear histogram\n");
      dist.print_linear_hist("kbytes");
      if (beyond[0] != 0) fmt::print("        > 1024     : {:<8}\n", beyond[0]);
      fmt::print("\nlog2 histogram\n");
      log_dist.print_log2_hist("kbytes");
    }
  });
}
