// bcc's rule: a function's name says where it is attached.

#include "facade/auto_attach.hpp"

namespace bccxx::facade {
namespace {

void attach_one(BPF& bpf, const object::ProgramSpec& program) {
  switch (program.probe) {
    case object::ProbeKind::none:
    case object::ProbeKind::iterator:
      return;
    case object::ProbeKind::kprobe:
      bpf.attach_kprobe(program.target, program.name);
      return;
    case object::ProbeKind::kretprobe:
      bpf.attach_kretprobe(program.target, program.name);
      return;
    case object::ProbeKind::tracepoint:
      bpf.attach_tracepoint(program.target, program.name);
      return;
    case object::ProbeKind::raw_tracepoint:
      bpf.attach_raw_tracepoint(program.target, program.name);
      return;
    case object::ProbeKind::fentry:
      bpf.attach_kfunc(program.name);
      return;
    case object::ProbeKind::fexit:
      bpf.attach_kretfunc(program.name);
      return;
    case object::ProbeKind::fmod_ret:
      bpf.attach_fmod_ret(program.name);
      return;
    case object::ProbeKind::lsm:
      bpf.attach_lsm(program.name);
      return;
  }
}

}  // namespace

void attach_named(BPF& bpf) {
  for (const auto& program : bpf.object().programs()) attach_one(bpf, program);
}

}  // namespace bccxx::facade
