// Closing and duplicating descriptors.

#include <bccxx/support/unique_fd.hpp>

#include "support/system_call.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace bccxx {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd UniqueFd::duplicate() const {
  return UniqueFd(support::check(::fcntl(fd_, F_DUPFD_CLOEXEC, 3), "duplicate descriptor", std::to_string(fd_)));
}

}  // namespace bccxx
