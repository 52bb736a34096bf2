// Both lists are part of the kernel's interface and of the protocol; they only grow.

#include <bccxx/print/tcp.hpp>

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace bccxx {

std::string tcp_state(int state) {
  static constexpr std::array<const char*, 12> names = {"ESTABLISHED", "SYN_SENT",  "SYN_RECV", "FIN_WAIT1",
                                                        "FIN_WAIT2",   "TIME_WAIT", "CLOSE",    "CLOSE_WAIT",
                                                        "LAST_ACK",    "LISTEN",    "CLOSING",  "NEW_SYN_RECV"};
  if (state < 1 || state > static_cast<int>(names.size())) return fmt::format("[unknown: {}]", state);
  return names[static_cast<std::size_t>(state) - 1];
}

std::string tcp_flags(std::uint8_t flags) {
  static constexpr std::array<const char*, 8> names = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
  std::string text;
  for (std::size_t bit = 0; bit < names.size(); ++bit) {
    if ((flags >> bit & 1U) == 0) continue;
    if (!text.empty()) text += '|';
    text += names[bit];
  }
  return text;
}

}  // namespace bccxx
