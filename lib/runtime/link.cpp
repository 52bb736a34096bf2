// The life of an attachment.

#include <bccxx/runtime/link.hpp>

#include <utility>

namespace bccxx {

const char* to_string(AttachVia via) noexcept {
  switch (via) {
    case AttachVia::automatic:
      return "automatic";
    case AttachVia::kprobe:
      return "kprobe";
    case AttachVia::kretprobe:
      return "kretprobe";
    case AttachVia::tracepoint:
      return "tracepoint";
    case AttachVia::raw_tracepoint:
      return "raw tracepoint";
    case AttachVia::uprobe:
      return "uprobe";
    case AttachVia::uretprobe:
      return "uretprobe";
    case AttachVia::usdt:
      return "usdt";
    case AttachVia::fentry:
      return "fentry";
    case AttachVia::fexit:
      return "fexit";
    case AttachVia::fmod_ret:
      return "fmod_ret";
    case AttachVia::lsm:
      return "lsm";
    case AttachVia::iterator:
      return "iterator";
    case AttachVia::perf_event:
      return "perf event";
    case AttachVia::xdp:
      return "xdp";
    case AttachVia::tc:
      return "tc";
    case AttachVia::cgroup:
      return "cgroup";
    case AttachVia::raw_socket:
      return "raw socket";
    case AttachVia::sockets:
      return "sockets";
    case AttachVia::descriptor:
      return "descriptor";
  }
  return "unknown";
}

Link::Holder::~Holder() = default;

Link::Link(std::unique_ptr<Holder> holder, AttachVia via, std::string program, std::string target)
    : holder_(std::move(holder)), via_(via), program_(std::move(program)), target_(std::move(target)) {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

int Link::fd() const noexcept { return holder_ ? holder_->fd() : -1; }

void Link::detach() {
  // The holder goes whatever the kernel answers, so a second call has nothing left to do.
  if (const auto holder = std::move(holder_)) holder->detach();
}

}  // namespace bccxx
