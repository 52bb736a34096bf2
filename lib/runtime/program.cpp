// What the kernel says of a loaded program.

#include <bccxx/runtime/program.hpp>

#include "support/system_call.hpp"

#include <bpf/bpf.h>

#include <utility>

namespace bccxx {

Program::Program(UniqueFd fd, std::string name, ProgramType type)
    : fd_(std::move(fd)), name_(std::move(name)), type_(type) {}

std::uint32_t Program::id() const {
  bpf_prog_info info = {};
  std::uint32_t size = sizeof(info);
  support::check_libbpf(bpf_obj_get_info_by_fd(fd(), &info, &size), "ask for the id of program", name_);
  return info.id;
}

}  // namespace bccxx
