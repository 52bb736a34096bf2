// The lines flame graph scripts read.

#include <bccxx/print/folded_stacks.hpp>

#include <catch2/catch.hpp>

using bccxx::FoldedStacks;
using bccxx::KernelMark;

namespace {

const std::vector<std::string> user = {"read", "work", "main"};
const std::vector<std::string> kernel = {"vfs_read", "do_syscall_64"};

}  // namespace

TEST_CASE("a folded stack runs from the process over user frames to kernel frames") {
  FoldedStacks stacks;
  stacks.add("app", user, kernel, 3);
  CHECK(stacks.text() == "app;main;work;read;-;do_syscall_64;vfs_read 3\n");
}

TEST_CASE("kernel frames are marked as asked") {
  FoldedStacks own({KernelMark::delimiter, "kernel"});
  own.add("app", user, kernel);
  CHECK(own.text() == "app;main;work;read;kernel;do_syscall_64;vfs_read 1\n");
  FoldedStacks suffix({KernelMark::suffix, {}});
  suffix.add("app", user, kernel);
  CHECK(suffix.text() == "app;main;work;read;do_syscall_64_[k];vfs_read_[k] 1\n");
  FoldedStacks none({KernelMark::none, {}});
  none.add("app", user, kernel);
  CHECK(none.text() == "app;main;work;read;do_syscall_64;vfs_read 1\n");
}

TEST_CASE("a stack with one half only has no delimiter") {
  FoldedStacks stacks;
  stacks.add("app", user, {});
  stacks.add("kthread", {}, kernel);
  CHECK(stacks.text() == "app;main;work;read 1\nkthread;do_syscall_64;vfs_read 1\n");
}

TEST_CASE("equal stacks are added up, and lines are sorted") {
  FoldedStacks stacks;
  stacks.add("b", user, {}, 2);
  stacks.add("a", user, {}, 1);
  stacks.add("b", user, {}, 5);
  CHECK(stacks.text() == "a;main;work;read 1\nb;main;work;read 7\n");
}

TEST_CASE("a name cannot make another frame or another line") {
  FoldedStacks stacks;
  const std::vector<std::string> names = {"evil;frame\n666"};
  stacks.add("a;b\t", names, {});
  CHECK(stacks.text() == "a:b\\x09;evil:frame\\x0a666 1\n");
}
