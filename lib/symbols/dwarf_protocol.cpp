// Numbers and texts in this machine's own form: both ends are the same program.

#include "symbols/dwarf_protocol.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace bccxx::symbols {
namespace {

constexpr std::size_t longest_text = 4096;

class Writer {
 public:
  void add(std::uint32_t number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number)); }
  void add(std::string_view text) {
    text = text.substr(0, longest_text);
    add(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t number() {
    std::uint32_t value = 0;
    if (bytes_.size() < sizeof(value)) return fail();
    std::memcpy(&value, bytes_.data(), sizeof(value));
    bytes_.remove_prefix(sizeof(value));
    return value;
  }
  std::uint32_t number(std::size_t most) {
    const auto value = number();
    return value <= most ? value : fail();
  }
  std::string text() {
    const auto size = number(longest_text);
    if (size > bytes_.size()) return std::string(fail(), '\0');
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return good_ && bytes_.empty(); }

 private:
  std::uint32_t fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool good_ = true;
};

SourcePlace read_place(Reader& answer) {
  SourcePlace place;
  place.file = answer.text();
  place.line = static_cast<int>(answer.number());
  for (auto left = answer.number(most_inlined_frames); left > 0 && answer.good(); --left) {
    InlinedFrame inlined;
    inlined.symbol = answer.text();
    inlined.file = answer.text();
    inlined.line = static_cast<int>(answer.number());
    place.inlined.push_back(std::move(inlined));
  }
  return place;
}

/// One message with room for one descriptor.
struct QuestionMessage {
  explicit QuestionMessage(DwarfQuestion& question) : part{&question, sizeof(question)} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  iovec part;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
};

}  // namespace

bool send_all(int socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool receive_all(int socket, std::span<std::byte> bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (deadline) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
      pollfd ready{socket, POLLIN, 0};
      const int n = left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
    }
    const auto n = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool send_question(int socket, const DwarfQuestion& question, int fd) {
  auto copy = question;
  QuestionMessage message(copy);
  auto* control = CMSG_FIRSTHDR(&message.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(control), &fd, sizeof(fd));
  return ::sendmsg(socket, &message.header, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof(copy));
}

bool receive_question(int socket, DwarfQuestion& question, UniqueFd& fd) {
  QuestionMessage message(question);
  ssize_t n = 0;
  do {
    n = ::recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC | MSG_WAITALL);
  } while (n < 0 && errno == EINTR);
  auto* control = n > 0 ? CMSG_FIRSTHDR(&message.header) : nullptr;
  if (control != nullptr && control->cmsg_type == SCM_RIGHTS) {
    int received = -1;
    std::memcpy(&received, CMSG_DATA(control), sizeof(received));
    fd.reset(received);
  }
  return n == static_cast<ssize_t>(sizeof(question)) && fd;
}

std::string write_places(std::span<const SourcePlace> places) {
  Writer answer;
  for (const auto& place : places) {
    answer.add(place.file);
    answer.add(static_cast<std::uint32_t>(place.line));
    answer.add(static_cast<std::uint32_t>(place.inlined.size()));
    for (const auto& inlined : place.inlined) {
      answer.add(inlined.symbol);
      answer.add(inlined.file);
      answer.add(static_cast<std::uint32_t>(inlined.line));
    }
  }
  return answer.take();
}

std::optional<std::vector<SourcePlace>> read_places(std::string_view bytes, std::size_t count) {
  Reader answer(bytes);
  std::vector<SourcePlace> places;
  for (std::size_t i = 0; i < count && answer.good(); ++i) places.push_back(read_place(answer));
  return answer.at_end() ? std::optional(std::move(places)) : std::nullopt;
}

}  // namespace bccxx::symbols
