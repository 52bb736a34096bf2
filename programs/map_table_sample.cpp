// Counts execve calls by root and by everybody else, in an array.
//
// Run it as root:  map_table_sample [interval [count]] [--backend table|array|pinned[:PATH]]
// Every second it prints both counts and sets them back to 0. BPF_TABLE spells out what BPF_ARRAY abbreviates, and
// BPF_TABLE_PINNED makes a table that stays at PATH when the program ends: the function below counts in either the same
// way. map_pinned_sample shows what a table that stays is good for.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <filesystem>

#include "c_string.hpp"
#include "pinned_line.hpp"
#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
#if defined(PIN_PATH)
BPF_TABLE_PINNED("array", uint32_t, long, uidcnt, 2, PIN_PATH);
#elif defined(USE_ARRAY)
BPF_ARRAY(uidcnt, long, 2);
#else
BPF_TABLE("array", uint32_t, long, uidcnt, 2);
#endif

int count_execve(struct pt_regs *ctx) {
  u32 uid = bpf_get_current_uid_gid();
  u32 index = uid == 0 ? 0 : 1;
  uidcnt.atomic_increment(index);
  return 0;
}
)";

/// The path in "pinned:PATH"; empty for a table that is not pinned.
std::string pin_path(const std::string& backend) {
  if (backend == "pinned") return "/sys/fs/bpf/uidcnt";
  if (!backend.starts_with("pinned:") || backend == "pinned:") return {};
  return std::filesystem::absolute(backend.substr(backend.find(':') + 1)).lexically_normal().string();
}

std::vector<std::string> flags(const std::string& backend, const std::string& pin) {
  if (!pin.empty()) return {"-DPIN_PATH=" + programs::c_string(pin)};
  if (backend == "array") return {"-DUSE_ARRAY"};
  if (backend == "table") return {};
  throw programs::UsageError("--backend must be table, array, pinned or pinned:PATH, not " + backend);
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Counts execve calls by root (0) and by everybody else (1).",
                            {.interval = 1, .first = bccxx::FirstTick::at_once});
  std::string backend = "table";
  program.option("--backend", backend,
                 "Declare the table with BPF_TABLE, BPF_ARRAY or BPF_TABLE_PINNED: pinned[:PATH]");

  return program.run(argc, argv, [&] {
    const auto pin = pin_path(backend);
    bccxx::BPF bpf(bpf_text, {.cflags = flags(backend, pin), .log = program.log()});
    if (!pin.empty()) programs::print_pinned(program, bpf, "uidcnt", pin);
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
      uidcnt.clear();
    }
  });
}
