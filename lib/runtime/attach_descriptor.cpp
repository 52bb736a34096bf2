// The command that came before links: what it attaches stays until somebody detaches it, so the holder does.

#include "runtime/attach_descriptor.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/bpf_object.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace bccxx::runtime {
namespace {

class AttachedHolder final : public Link::Holder {
 public:
  AttachedHolder(UniqueFd target, UniqueFd program, std::uint32_t program_id, bpf_attach_type type)
      : target_(std::move(target)), program_(std::move(program)), program_id_(program_id), type_(type) {}
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
    if (is_gone()) return -ENOENT;
    return bpf_prog_detach2(program_.get(), target(), type_);
  }

  /// A cgroup that holds one program detaches whichever that is. False where the kernel does not say.
  bool is_gone() const noexcept {
    std::array<std::uint32_t, 64> ids = {};
    auto count = static_cast<std::uint32_t>(ids.size());
    std::uint32_t flags = 0;
    if (bpf_prog_query(target(), type_, 0, &flags, ids.data(), &count) != 0) return false;
    const auto end = ids.begin() + count;
    return std::find(ids.begin(), end, program_id_) == end;
  }

  int target() const noexcept { return target_ ? target_.get() : 0; }

  UniqueFd target_;
  UniqueFd program_;
  std::uint32_t program_id_;
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
  return {std::make_unique<AttachedHolder>(std::move(target), std::move(copy), program.id(), type), via, program.name(),
          name};
}

}  // namespace bccxx::runtime
