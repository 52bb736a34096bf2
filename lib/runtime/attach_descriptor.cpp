// The command that came before links: what it attaches stays until somebody detaches it, so the holder does.

#include "runtime/attach_descriptor.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/bpf_object.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace bccxx::runtime {
namespace {

class AttachedHolder final : public Link::Holder {
 public:
  AttachedHolder(UniqueFd target, UniqueFd program, bpf_attach_type type)
      : target_(std::move(target)), program_(std::move(program)), type_(type) {}
  ~AttachedHolder() override {
    if (attached_) detach_now();
  }
  AttachedHolder(const AttachedHolder&) = delete;
  AttachedHolder& operator=(const AttachedHolder&) = delete;

  [[nodiscard]] int fd() const noexcept override { return -1; }

  void detach() override {
    if (!std::exchange(attached_, false)) return;
    const int result = detach_now();
    // Another program took its place.
    if (result != -ENOENT) support::check_libbpf(result, "detach program from", "its descriptor");
  }

 private:
  int detach_now() const noexcept {
    return bpf_prog_detach2(program_.get(), target_ ? target_.get() : 0, type_);
  }

  UniqueFd target_;
  UniqueFd program_;
  bpf_attach_type type_;
  bool attached_ = true;
};

}  // namespace

Link attach_descriptor(const Program& program, int descriptor, std::uint32_t attach_type, std::uint32_t flags) {
  constexpr auto via = AttachVia::descriptor;
  const auto name = descriptor < 0 ? std::string("network namespace") : fmt::format("descriptor {}", descriptor);
  const auto type = static_cast<bpf_attach_type>(attach_type);
  UniqueFd target;
  if (descriptor >= 0) {
    target.reset(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (!target) fail_attach(program, via, name, errno, "no open descriptor");
  }
  auto copy = own_descriptor(program.fd(), program.name());
  if (const int result = bpf_prog_attach(copy.get(), target ? target.get() : 0, type, flags); result < 0) {
    fail_attach(program, via, name, -result, support::error_code(-result).message());
  }
  return {std::make_unique<AttachedHolder>(std::move(target), std::move(copy), type), via, program.name(), name};
}

}  // namespace bccxx::runtime
