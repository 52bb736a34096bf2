// A link on an open cgroup2 directory.

#include "runtime/attach_cgroup.hpp"

#include "runtime/attach_error.hpp"
#include "runtime/descriptors_holder.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <fcntl.h>
#include <cerrno>
#include <memory>

namespace bccxx::runtime {

Link attach_cgroup(const Program& program, const std::string& directory, std::uint32_t attach_type) {
  constexpr auto via = AttachVia::cgroup;
  const UniqueFd cgroup(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) fail_attach(program, via, directory, errno, "open: " + support::error_code(errno).message());
  const int fd = bpf_link_create(program.fd(), cgroup.get(), static_cast<bpf_attach_type>(attach_type), nullptr);
  if (fd < 0) {
    const auto reason = fd == -EBADF ? std::string("not a cgroup2 directory") : support::error_code(-fd).message();
    fail_attach(program, via, directory, -fd, reason);
  }
  return {std::make_unique<DescriptorsHolder>(UniqueFd(fd)), via, program.name(), directory};
}

}  // namespace bccxx::runtime
