// Function names of bcc, section names of libbpf.

#include "object/section_names.hpp"

#include <catch2/catch.hpp>

using bccxx::object::hint_from_function;
using bccxx::object::hint_from_section;
using bccxx::object::ProbeKind;
using bccxx::object::section_for;

namespace {

struct Row {
  const char* function;
  const char* context;
  ProbeKind probe;
  const char* target;
  const char* section;
};

}  // namespace

TEST_CASE("a function's name says what it is for and where it goes", "[object]") {
  const auto row = GENERATE(
      Row{"kprobe__do_nanosleep", "pt_regs", ProbeKind::kprobe, "do_nanosleep", "kprobe/do_nanosleep"},
      Row{"kretprobe__tcp_v4_connect", "pt_regs", ProbeKind::kretprobe, "tcp_v4_connect", "kretprobe/tcp_v4_connect"},
      Row{"kprobe____x64_sys_open", "pt_regs", ProbeKind::kprobe, "__x64_sys_open", "kprobe/__x64_sys_open"},
      Row{"tracepoint__syscalls__sys_enter_execve", "tracepoint__syscalls__sys_enter_execve", ProbeKind::tracepoint,
          "syscalls:sys_enter_execve", "tracepoint/syscalls/sys_enter_execve"},
      Row{"raw_tracepoint__sched_switch", "bpf_raw_tracepoint_args", ProbeKind::raw_tracepoint, "sched_switch",
          "raw_tracepoint/sched_switch"},
      Row{"kfunc__do_unlinkat", "unsigned long long", ProbeKind::fentry, "do_unlinkat", "fentry/do_unlinkat"},
      Row{"kfunc__vmlinux__do_unlinkat", "unsigned long long", ProbeKind::fentry, "do_unlinkat", "fentry/do_unlinkat"},
      Row{"kretfunc__do_unlinkat", "unsigned long long", ProbeKind::fexit, "do_unlinkat", "fexit/do_unlinkat"},
      Row{"kmod_ret__security_bpf", "unsigned long long", ProbeKind::fmod_ret, "security_bpf", "fmod_ret/security_bpf"},
      Row{"lsm__file_open", "unsigned long long", ProbeKind::lsm, "file_open", "lsm/file_open"},
      Row{"bpf_iter__task", "bpf_iter__task", ProbeKind::iterator, "task", "iter/task"});
  CAPTURE(row.function);
  const auto hint = hint_from_function(row.function);
  CHECK(hint.probe == row.probe);
  CHECK(hint.target == row.target);
  CHECK(section_for(hint, row.context) == row.section);

  const auto back = hint_from_section(row.section);
  CHECK(back.probe == row.probe);
  CHECK(back.target == row.target);
}

TEST_CASE("names without a meaning are placed by their context", "[object]") {
  const auto [name, context, section] = GENERATE(table<std::string, std::string, std::string>({
      {"on_call", "pt_regs", "kprobe"},
      {"filter", "xdp_md", "xdp"},
      {"classify", "__sk_buff", "tc"},
      {"sample", "bpf_perf_event_data", "perf_event"},
      {"raw", "bpf_raw_tracepoint_args", "raw_tracepoint"},
      {"connect", "bpf_sock_addr", "cgroup/connect4"},
      {"ops", "bpf_sock_ops", "sockops"},
      {"verdict", "sk_msg_md", "sk_msg"},
      {"on_switch", "tracepoint__sched__sched_switch", "tracepoint/sched/sched_switch"},
      {"own_record", "urandom_read_args", "tracepoint"},
      {"kprobe__", "pt_regs", "kprobe"},
      {"tracepoint__nothing", "pt_regs", "kprobe"},
      {"syscall__execve", "pt_regs", "kprobe"},
  }));
  CAPTURE(name);
  const auto hint = hint_from_function(name);
  CHECK(hint.probe == ProbeKind::none);
  CHECK(hint.target.empty());
  CHECK(section_for(hint, context) == section);
}

TEST_CASE("short section names of libbpf mean the same", "[object]") {
  CHECK(hint_from_section("tp/sched/sched_switch").target == "sched:sched_switch");
  CHECK(hint_from_section("raw_tp/sched_switch").probe == ProbeKind::raw_tracepoint);
  CHECK(hint_from_section("xdp").probe == ProbeKind::none);
  CHECK(hint_from_section("kprobe").probe == ProbeKind::none);
  CHECK(hint_from_section("kprobe/").probe == ProbeKind::none);
  CHECK(hint_from_section("tracepoint/sched").probe == ProbeKind::none);
}
