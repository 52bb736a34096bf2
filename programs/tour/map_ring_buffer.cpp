// Sends an event for each execve call through a ring buffer, and counts those that found it full.
//
// Run it as root:  map_ring_buffer [interval [count]] [--comm PREFIX] [--pages N]
// The buffer is one for all CPUs, so events come in the order in which they happened. The kernel does not count what
// found no room: ringbuf_output tells the BPF program, which counts.
// To see some dropped: stop the program (Ctrl-Z), make many calls elsewhere, and go on (fg).

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <bit>

#include "c_string.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

struct event_t {
  u32 pid;
  char comm[TASK_COMM_LEN];
};
BPF_RINGBUF_OUTPUT(events, PAGES);
BPF_ARRAY(dropped, u64, 1);

int on_execve(struct pt_regs *ctx) {
  struct event_t event = {.pid = bpf_get_current_pid_tgid() >> 32};
  bpf_get_current_comm(&event.comm, sizeof(event.comm));
  if (!bccxx_starts_with(event.comm, ONLY_COMM)) return 0;
  if (events.ringbuf_output(&event, sizeof(event), 0) != 0) dropped.atomic_increment(0);
  return 0;
}
)";

// The buffer's size in bytes is a number of 32 bits.
constexpr std::uint64_t most_pages = std::uint64_t{1} << 19;

struct Event {
  std::uint32_t pid;
  char comm[16];
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows each execve call as an event from a ring buffer.", {.interval = 10});
  std::string comm;
  std::uint64_t pages = 8;
  program.option("--comm", comm, "Only calls of programs whose name begins so");
  program.option("--pages", pages, programs::at_least_one, "Size of the buffer in pages, a power of two");

  return program.run(argc, argv, [&] {
    if (!std::has_single_bit(pages) || pages > most_pages) {
      throw programs::UsageError(fmt::format("--pages must be a power of two up to {}, not {}", most_pages, pages));
    }
    bccxx::BPF bpf(bpf_text,
                   {.cflags = {"-DONLY_COMM=" + programs::comm_string(comm), "-DPAGES=" + std::to_string(pages)},
                    .log = program.log()});
    const auto dropped = bpf.get_array_table<std::uint64_t>("dropped");
    std::uint64_t seen = 0;
    auto events = bccxx::RingBuffer::of<Event>(bpf.get_map("events"), [&](const Event& event) {
      ++seen;
      if (program.json()) {
        program.print_json({{"pid", event.pid}, {"comm", programs::printable(event.comm)}});
      } else {
        fmt::print("{:<7} {}\n", event.pid, programs::printable(event.comm));
      }
    });
    if (!program.json()) fmt::print("{:<7} {}\n", "PID", "COMM");
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "on_execve");

    for (const auto& tick : program.rounds({{.fd = events.fd(), .on_readable = [&] { events.consume(); }}})) {
      if (tick.last) bpf.detach_all();  // so that there is a line for each event counted
      events.consume();
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"events", seen}, {"dropped", dropped[0]}});
      } else {
        fmt::print("--- {} events, {} dropped\n", seen, dropped[0]);
      }
    }
  });
}
