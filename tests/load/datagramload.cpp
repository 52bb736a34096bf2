// datagramload COUNT SIZE FROM TO [CGROUP]: COUNT datagrams of SIZE bytes from one local address to another, received
// there, sent and received by a process of that control group.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

int bound_socket(const char* address, sockaddr_storage& name, socklen_t& size) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  name = {};
  if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
    name.ss_family = AF_INET;
    size = sizeof(v4);
  } else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
    name.ss_family = AF_INET6;
    size = sizeof(v6);
  } else {
    return -1;
  }
  const int fd = socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0) return -1;
  return getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 ? fd : -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 1;
  if (argc > 5) {
    std::ofstream group(std::string(argv[5]) + "/cgroup.procs");
    group << getpid() << std::flush;
    if (!group) return 2;
  }
  sockaddr_storage from{};
  sockaddr_storage to{};
  socklen_t from_size = 0;
  socklen_t to_size = 0;
  const int sender = bound_socket(argv[3], from, from_size);
  const int receiver = bound_socket(argv[4], to, to_size);
  if (sender < 0 || receiver < 0) {
    std::perror("datagramload");
    return 3;
  }
  std::vector<char> data(static_cast<std::size_t>(std::atoi(argv[2])));
  for (int i = std::atoi(argv[1]); i > 0; --i) {
    const auto size = static_cast<ssize_t>(data.size());
    if (sendto(sender, data.data(), data.size(), 0, reinterpret_cast<sockaddr*>(&to), to_size) != size) return 4;
    if (recv(receiver, data.data(), data.size(), 0) != size) return 5;
  }
  return 0;
}
