// System calls by number, on the machine that runs the test.

#include <bccxx/runtime/syscall_number.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>

using bccxx::syscall_name;
using bccxx::syscall_number;

TEST_CASE("a system call has its name by number and its number by name", "[syscall_number]") {
  CHECK(syscall_name(SYS_execve) == "execve");
  CHECK(syscall_name(SYS_read) == "read");
  CHECK(syscall_name(SYS_bpf) == "bpf");
  CHECK(syscall_name(SYS_clone3) == "clone3");
  CHECK(syscall_number("execve") == SYS_execve);
  CHECK(syscall_number("openat2") == SYS_openat2);
  // Newer than the headers of Debian 12.
  CHECK(syscall_name(462) == "mseal");
  CHECK(syscall_number("statmount") == 457);
  CHECK(syscall_name(100000) == "[unknown: 100000]");
  CHECK(syscall_name(-1) == "[unknown: -1]");
  CHECK_FALSE(syscall_number("").has_value());
  CHECK_FALSE(syscall_number("exceve").has_value());
}

TEST_CASE("every number of a system call has one name", "[syscall_number]") {
  for (int number = 0; number < 600; ++number) {
    const auto name = syscall_name(number);
    if (!name.starts_with('[')) CHECK(syscall_number(name) == number);
  }
}
