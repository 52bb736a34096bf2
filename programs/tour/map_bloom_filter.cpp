// Tells execve calls of programs seen for the first time from others, with a bloom filter.
//
// Run it as root:  map_bloom_filter [interval [count]] [--ask NAME]
// The filter says "never" or "probably". Never is certain; to show how often probably is wrong, it is asked about 10000
// names that nobody has. It cannot be read, and nothing can be taken out. Its BPF side is map_bloom_filter.bpf.c.

#include <bccxx/bpf.hpp>
#include <bccxx/tables/bloom_filter.hpp>

#include <fmt/format.h>

#include <cstring>

#include "embedded_object.hpp"
#include "program.hpp"

PROGRAMS_EMBED_OBJECT(bpf_object);

namespace {

struct Name {
  char text[16];
};

Name name_of(const std::string& text) {
  Name name = {};
  std::memcpy(name.text, text.data(), std::min(text.size(), sizeof(name.text) - 1));
  return name;
}

int wrong_answers(const bccxx::BloomFilter<Name>& seen) {
  int wrong = 0;
  for (int i = 0; i < 10000; ++i) wrong += seen.may_contain(name_of(fmt::format("/nobody/{}", i))) ? 1 : 0;
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by whether their program made one before.", {.interval = 5});
  std::string ask;
  program.option("--ask", ask, "Ask each round whether a program of this name made a call");

  return program.run(argc, argv, [&] {
    auto bpf = bccxx::BPF::from_object(programs::embedded(bpf_object_begin, bpf_object_end), {.log = program.log()});
    bpf.attach_tracepoint("syscalls:sys_enter_execve", "on_execve");
    const auto calls = bpf.get_array_table<std::uint64_t>("calls");
    const auto seen = bpf.get_bloom_filter<Name>("seen");

    for (const auto& tick : program.rounds()) {
      const auto wrong = wrong_answers(seen);
      const bool asked = seen.may_contain(name_of(ask));
      if (program.json()) {
        program.print_json(
            {{"round", tick.number}, {"first", calls[0]}, {"again", calls[1]}, {"wrong", wrong}, {"asked", asked}});
        continue;
      }
      fmt::print("{} first calls, {} others; of 10000 strangers, {} look known\n", calls[0], calls[1], wrong);
      if (!ask.empty()) fmt::print("{}: {}\n", ask, asked ? "probably" : "never");
    }
  });
}
