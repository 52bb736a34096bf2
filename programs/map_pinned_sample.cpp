// Counts execve calls by root and by everybody else in a pinned array, which outlives the program.
//
// Run it as root:  map_pinned_sample [interval [count]] [--path /sys/fs/bpf/uidcnt] [--keep] [--comm NAME]
//                  map_pinned_sample --unpin
// The first run creates the table and pins it; every later one, even at the same time, opens that table and counts on
// in it. Ctrl-C leaves the pin. Without --keep each round sets the counts back to 0, as in map_table_sample.
// What others see of it:  ls -l /sys/fs/bpf/uidcnt; bpftool map dump pinned /sys/fs/bpf/uidcnt

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <filesystem>

#include "c_string.hpp"
#include "pinned_line.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#include <bccxx/strings.h>
#include <linux/sched.h>

BPF_TABLE_PINNED("array", uint32_t, long, uidcnt, 2, PIN_PATH);

int count_execve(struct pt_regs *ctx) {
#ifdef ONLY_COMM
  char comm[TASK_COMM_LEN] = {};
  bpf_get_current_comm(&comm, sizeof(comm));
  if (!bccxx_equals(comm, ONLY_COMM)) return 0;
#endif
  u32 uid = bpf_get_current_uid_gid();
  u32 index = uid == 0 ? 0 : 1;
  uidcnt.atomic_increment(index);
  return 0;
}
)";

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by root (0) and by everybody else (1) in a pinned table.",
                            {.interval = 1, .first = bccxx::FirstTick::at_once});
  std::string path = "/sys/fs/bpf/uidcnt";
  std::string comm;
  bool unpin = false;
  bool keep = false;
  program.option("--path", path, "Where to pin the table, on a BPF file system");
  program.option("--comm", comm, "Count only calls of programs with this name");
  program.flag("--keep", keep, "Do not set the counts back to 0");
  program.flag("--unpin", unpin, "Remove the pin and leave");

  return program.run(argc, argv, [&] {
    if (path.empty()) throw programs::UsageError("--path must be where to pin the table");
    path = std::filesystem::absolute(path).lexically_normal().string();
    if (unpin) {
      bccxx::Map::open_pinned(path)->unpin(path);
      program.note("removed the pin " + path);
      return;
    }
    bccxx::Options options{.cflags = {"-DPIN_PATH=" + programs::c_string(path)}, .log = program.log()};
    if (!comm.empty()) options.cflags.push_back("-DONLY_COMM=" + programs::comm_string(comm));
    bccxx::BPF bpf(bpf_text, options);
    programs::print_pinned(program, bpf, "uidcnt", path);
    bpf.attach_kprobe(bpf.get_syscall_fnname("execve"), "count_execve");
    const auto uidcnt = bpf.get_array_table<long>("uidcnt");

    for (const auto& tick : program.rounds()) {
      if (!program.json()) fmt::print("----new round-----\n");
      for (const auto& [index, count] : uidcnt.items()) {
        if (program.json()) {
          program.print_json({{"round", tick.number}, {"key", index}, {"count", count}});
        } else {
          fmt::print("{}: {} uid/count\n", index, count);
        }
      }
      if (!keep) uidcnt.clear();
    }
  });
}
