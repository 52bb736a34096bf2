// echoclient COUNT FROM FROM_PORT TO TO_PORT PATIENCE_MS: sends `seqNNNN` COUNT times, waits for each echo, and prints
// how many came back unchanged. Gives up waiting after the patience, once for each.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

sockaddr_in address_of(const char* host, const char* port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) std::exit(1);
  return address;
}

bool echoed(int fd, const char* text, std::size_t size, int patience_ms) {
  if (send(fd, text, size, 0) != static_cast<ssize_t>(size)) std::exit(5);
  pollfd ready = {fd, POLLIN, 0};
  if (poll(&ready, 1, patience_ms) <= 0) return false;
  char answer[64];
  const auto got = recv(fd, answer, sizeof answer, 0);
  return got == static_cast<ssize_t>(size) && std::memcmp(answer, text, size) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 1;
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const auto from = address_of(argv[2], argv[3]);
  const auto to = address_of(argv[4], argv[5]);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return 3;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return 4;
  int echoes = 0;
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "seq%04d", i);
    if (echoed(fd, text, static_cast<std::size_t>(size), std::atoi(argv[6]))) ++echoes;
  }
  std::printf("%d\n", echoes);
  return 0;
}
