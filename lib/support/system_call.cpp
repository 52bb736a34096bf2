// Result codes of system calls and of libbpf, translated.

#include "support/system_call.hpp"

#include "support/permissions.hpp"

#include <bpf/libbpf.h>

#include <array>
#include <cerrno>

namespace bccxx::support {
namespace {

constexpr int kernel_enotsupp = 524;

class LibbpfCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "libbpf"; }
  [[nodiscard]] std::string message(int code) const override {
    std::array<char, 128> text{};
    libbpf_strerror(code, text.data(), text.size());
    return text.data();
  }
};

}  // namespace

std::error_code error_code(int code) {
  static const LibbpfCategory libbpf;
  if (code == kernel_enotsupp) code = ENOTSUP;
  if (code >= __LIBBPF_ERRNO__START) return {code, libbpf};
  return {code, std::generic_category()};
}

bool is_unknown_command(int code) noexcept { return code == EINVAL || code == EOPNOTSUPP || code == kernel_enotsupp; }

void fail(int code, const std::string& operation, const std::string& subject) {
  throw SystemError(operation, subject, error_code(code), is_refusal(code) ? explain_refusal() : std::string());
}

int check(int result, const std::string& operation, const std::string& subject) {
  if (result < 0) fail(errno, operation, subject);
  return result;
}

int check_libbpf(int result, const std::string& operation, const std::string& subject) {
  if (result < 0) fail(-result, operation, subject);
  return result;
}

}  // namespace bccxx::support
