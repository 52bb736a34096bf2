#pragma once
// An attachment that lasts as long as some descriptors are open.

#include <bccxx/runtime/link.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <utility>
#include <vector>

namespace bccxx::runtime {

class DescriptorsHolder final : public Link::Holder {
 public:
  explicit DescriptorsHolder(UniqueFd fd) { fds_.push_back(std::move(fd)); }
  explicit DescriptorsHolder(std::vector<UniqueFd> fds) : fds_(std::move(fds)) {}

  [[nodiscard]] int fd() const noexcept override { return fds_.empty() ? -1 : fds_.front().get(); }
  void detach() override { fds_.clear(); }

 private:
  std::vector<UniqueFd> fds_;
};

}  // namespace bccxx::runtime
