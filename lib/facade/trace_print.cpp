// Printed lines, in the user's own format.

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <ostream>

namespace bccxx {

void BPF::trace_print(std::ostream& out, const std::string& format) {
  while (const auto fields = trace_fields()) {
    const double seconds = std::chrono::duration<double>(fields->timestamp).count();
    out << fmt::format(fmt::runtime(format), fields->task, fields->pid, fields->cpu, fields->flags, seconds,
                       fields->message)
        << std::endl;
  }
}

}  // namespace bccxx
