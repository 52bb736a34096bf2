#pragma once
// Where <linux/if_xdp.h> is older than the kernel, and the system calls every part of an AF_XDP socket makes.

#include <linux/if_xdp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif

namespace xsk {

/// Throws std::system_error for a call that returned a negative number and set errno.
inline int check(int result, const char* operation) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), operation);
  return result;
}

template <class T>
void set_option(int fd, int option, const T& value, const char* operation) {
  check(setsockopt(fd, SOL_XDP, option, &value, sizeof value), operation);
}

template <class T>
T get_option(int fd, int option, const char* operation) {
  T value = {};
  socklen_t size = sizeof value;
  check(getsockopt(fd, SOL_XDP, option, &value, &size), operation);
  return value;
}

}  // namespace xsk
