// Sends numbers to a BPF program through a user ring buffer; the program adds them up.
//
// Run it as root:  map_user_ring_buffer [interval [count]] [--numbers N]
// A ring buffer the other way round. The BPF program drains it when it runs, here at each getpgid(2), which this
// program calls once a round. What finds the buffer full stays out: submit says so. The BPF side is
// map_user_ring_buffer.bpf.c.

#include <bccxx/bpf.hpp>
#include <bccxx/tables/user_ring_buffer.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include "embedded_object.hpp"
#include "program.hpp"

PROGRAMS_EMBED_OBJECT(bpf_object);

namespace {

struct Total {
  std::uint64_t count;
  std::uint64_t sum;
};

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Sends numbers to a BPF program, which adds them up.", {.interval = 1});
  std::uint64_t how_many = 10;
  program.option("--numbers", how_many, programs::at_least_one, "Sends the numbers from 1 to this each round");

  return program.run(argc, argv, [&] {
    auto bpf = bccxx::BPF::from_object(programs::embedded(bpf_object_begin, bpf_object_end), {.log = program.log()});
    bpf.attach_tracepoint("syscalls:sys_enter_getpgid", "on_getpgid");
    bccxx::UserRingBuffer numbers(bpf.get_map("numbers"));
    const auto totals = bpf.get_array_table<Total>("totals");

    for (const auto& tick : program.rounds()) {
      std::uint64_t refused = 0;
      for (std::uint64_t number = 1; number <= how_many; ++number) refused += numbers.submit(number) ? 0 : 1;
      static_cast<void>(getpgid(0));
      const auto [count, sum] = totals[0];
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"refused", refused}, {"count", count}, {"sum", sum}});
      } else {
        fmt::print("refused {}; the program has got {} numbers, their sum is {}\n", refused, count, sum);
      }
    }
  });
}
