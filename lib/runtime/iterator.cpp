// A link to the iterator, and for each reading a descriptor of its own.

#include <bccxx/runtime/iterator.hpp>

#include "runtime/attach_error.hpp"
#include "runtime/attach_raw_tracepoint.hpp"
#include "runtime/descriptors_holder.hpp"
#include "support/system_call.hpp"

#include <bpf/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace bccxx {

std::string read_iterator(const Link& link) {
  const int result = bpf_iter_create(link.fd());
  if (result < 0) support::fail(-result, "iterate over", link.target());
  const UniqueFd reader(result);
  std::string text;
  std::array<char, 4096> block;
  for (;;) {
    const auto size = ::read(reader.get(), block.data(), block.size());
    // An iterator asks to be called again when it had to let others run.
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    support::check(static_cast<int>(size), "iterate over", link.target());
    if (size == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(size));
  }
}

namespace runtime {

Link attach_iterator(const Program& program, const std::string& target) {
  UniqueFd link(bpf_link_create(program.fd(), 0, BPF_TRACE_ITER, nullptr));
  if (!link) {
    fail_attach(program, AttachVia::iterator, target, -link.get(), support::error_code(-link.get()).message());
  }
  return {std::make_unique<DescriptorsHolder>(std::move(link)), AttachVia::iterator, program.name(), target};
}

}  // namespace runtime
}  // namespace bccxx
