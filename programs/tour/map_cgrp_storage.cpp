// Counts the execve calls of one control group in a value that hangs on the group, and goes with it.
//
// Run it as root:  map_cgrp_storage DIRECTORY [interval [count]]
// DIRECTORY is that of the group, below where cgroup2 is mounted. User space gives the group a value; the BPF program,
// which any process may run, counts only where there is one. Groups below it do not count. Its BPF side is
// map_cgrp_storage.bpf.c. Needs Linux 6.2.

#include <bccxx/bpf.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "embedded_object.hpp"
#include "program.hpp"

PROGRAMS_EMBED_OBJECT(bpf_object);

int main(int argc, char** argv) {
  programs::Program program("Counts the execve calls of a control group.");
  std::string directory;
  program.argument("DIRECTORY", directory, "Directory of the group");

  return program.run(argc, argv, [&] {
    auto bpf = bccxx::BPF::from_object(programs::embedded(bpf_object_begin, bpf_object_end), {.log = program.log()});
    const auto calls = bpf.get_cgrp_storage_table<std::uint64_t>("calls");
    const bccxx::UniqueFd group(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct statfs where {};
    const bool mounted = group && fstatfs(group.get(), &where) == 0 && where.f_type == CGROUP2_SUPER_MAGIC;
    if (!mounted) throw bccxx::NotFound("control group", directory);
    calls.update(group.get(), 0);
    bpf.attach_tracepoint("syscalls:sys_enter_execve", "on_execve");

    for (const auto& tick : program.rounds()) {
      const auto count = calls[group.get()];
      if (program.json()) {
        program.print_json({{"round", tick.number}, {"group", directory}, {"calls", count}});
      } else {
        fmt::print("{} execve calls\n", count);
      }
    }
  });
}
