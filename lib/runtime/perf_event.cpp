// BPF programs as handlers of perf events.

#include "runtime/perf_event.hpp"

#include "runtime/attach_error.hpp"
#include "support/file.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/cpus.hpp>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <charconv>

namespace bccxx::runtime {
namespace {

template <class Number>
std::optional<Number> leading_number(std::string_view text) {
  Number number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

std::string pmu_file(const std::string& pmu, const std::string& file) {
  return fmt::format("/sys/bus/event_source/devices/{}/{}", pmu, file);
}

}  // namespace

UniqueFd run_on_event(UniqueFd event, const Program& program, AttachVia via, const std::string& target,
                      std::uint64_t cookie) {
  const auto refuse = [&](int code, const char* call) {
    if (code == EACCES && via == AttachVia::tracepoint) {
      fail_attach(program, via, target, code, program.name() + " reads beyond the end of the event");
    }
    fail_attach(program, via, target, code, fmt::format("{}: {}", call, support::error_code(code).message()));
  };
  bpf_link_create_opts options = {};
  options.sz = sizeof(options);
  options.perf_event.bpf_cookie = cookie;
  UniqueFd link(bpf_link_create(program.fd(), event.get(), BPF_PERF_EVENT, &options));
  if (!link) {
    // Kernels before 5.15 have no such links and no cookies; what they say to the ioctl is the real reason.
    if (cookie != 0 || link.get() != -EINVAL) refuse(-link.get(), "bpf_link_create");
    if (::ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program.fd()) != 0) refuse(errno, "PERF_EVENT_IOC_SET_BPF");
  }
  if (::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0) != 0) refuse(errno, "PERF_EVENT_IOC_ENABLE");
  return link ? std::move(link) : std::move(event);
}

std::optional<std::uint32_t> pmu_type(const std::string& pmu) {
  const auto text = support::read_small_file(pmu_file(pmu, "type"));
  return text ? leading_number<std::uint32_t>(*text) : std::nullopt;
}

std::optional<unsigned> pmu_format_bit(const std::string& pmu, const std::string& field) {
  const auto text = support::read_small_file(pmu_file(pmu, "format/" + field));
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  return colon == std::string::npos ? std::nullopt
                                    : leading_number<unsigned>(std::string_view(*text).substr(colon + 1));
}

int any_online_cpu() { return online_cpus().front(); }

}  // namespace bccxx::runtime
