// What the machine lacks is named: a privilege, a mount.

#include "integration/runtime/helpers.hpp"
#include "runtime/attach_tracepoint.hpp"
#include "runtime/module.hpp"

#include <bccxx/support/error.hpp>

#include <sys/mount.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <sched.h>
#include <string_view>

using namespace bccxx;
using namespace bccxx::testing;

TEST_CASE("without privilege the missing capabilities are named") {
  const auto object = test_object("count");
  const int status = in_child("unprivileged", [&object] {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return 1;
    try {
      const runtime::Module module(object);
      return 2;
    } catch (const LoadError& error) {
      const std::string_view what = error.what();
      return what.find("CAP_BPF") != std::string_view::npos && what.find('\n') == std::string_view::npos ? 0 : 3;
    }
  });
  CHECK(status == 0);
}

TEST_CASE("without tracefs the command that mounts it is the hint") {
  runtime::Module module(test_object("count"));
  const auto program = module.load("on_tracepoint", {});
  const int status = in_child("no tracefs", [&program] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 1;
    while (::umount2("/sys/kernel/tracing", MNT_DETACH) == 0) {
    }
    while (::umount2("/sys/kernel/debug", MNT_DETACH) == 0) {
    }
    try {
      static_cast<void>(runtime::attach_tracepoint(*program, "syscalls:sys_enter_execve"));
      return 2;
    } catch (const SystemError& error) {
      return error.hint() == "mount -t tracefs tracefs /sys/kernel/tracing" ? 0 : 3;
    }
  });
  CHECK(status == 0);
}
