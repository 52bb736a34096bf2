// udpload COUNT CPU FROM FROM_PORT TO TO_PORT: COUNT datagrams `seqNNNN` from a socket of that address, sent by that
// CPU.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

sockaddr_in address_of(const char* host, const char* port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) std::exit(1);
  return address;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 1;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(static_cast<std::size_t>(std::atoi(argv[2])), &cpus);
  if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) return 2;

  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const auto from = address_of(argv[3], argv[4]);
  const auto to = address_of(argv[5], argv[6]);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return 3;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return 4;
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "seq%04d", i);
    if (send(fd, text, static_cast<std::size_t>(size), 0) != size) return 5;
  }
  return 0;
}
