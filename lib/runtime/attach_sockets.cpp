// Programs of a sockmap are attached to the map, not by a link: they stay until they are detached or the map goes.

#include "runtime/attach_error.hpp"
#include "runtime/attach_socket.hpp"
#include "runtime/bpf_object.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace bccxx::runtime {
namespace {

class SocketsHolder final : public Link::Holder {
 public:
  SocketsHolder(MapPtr map, UniqueFd program, bpf_attach_type type)
      : map_(std::move(map)), program_(std::move(program)), type_(type) {}
  ~SocketsHolder() override {
    if (attached_) bpf_prog_detach2(program_.get(), map_->fd(), type_);
  }
  SocketsHolder(const SocketsHolder&) = delete;
  SocketsHolder& operator=(const SocketsHolder&) = delete;

  [[nodiscard]] int fd() const noexcept override { return -1; }

  void detach() override {
    if (!std::exchange(attached_, false)) return;
    const int result = bpf_prog_detach2(program_.get(), map_->fd(), type_);
    // Another program took its place.
    if (result == -ENOENT) return;
    support::check_libbpf(result, "detach from table", map_->name());
  }

 private:
  MapPtr map_;
  UniqueFd program_;
  bpf_attach_type type_;
  bool attached_ = true;
};

}  // namespace

Link attach_sockets(const Program& program, const TableBase& sockets, SocketHook hook) {
  constexpr auto via = AttachVia::sockets;
  const auto type = static_cast<bpf_attach_type>(hook);
  auto copy = own_descriptor(program.fd(), program.name());
  if (const int result = bpf_prog_attach(copy.get(), sockets.fd(), type, 0); result < 0) {
    fail_attach(program, via, sockets.name(), -result, support::error_code(-result).message());
  }
  return {std::make_unique<SocketsHolder>(sockets.map(), std::move(copy), type), via, program.name(), sockets.name()};
}

}  // namespace bccxx::runtime
