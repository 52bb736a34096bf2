// Which types of a kernel come into the headers of a text. The kernel is a BTF made here.
#include "compiler_worker/kernel_headers/kernel_headers.hpp"
#include "common/folder.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/btf.h>
#include <sys/syscall.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

using bccxx::test::Folder;
using bccxx::worker::HeaderRequest;
using bccxx::worker::write_kernel_headers;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

/// A kernel with a task, its memory, a file and a few enums.
void write_kernel(const fs::path& path) {
  const std::unique_ptr<btf, void (*)(btf*)> types(btf__new_empty(), btf__free);
  btf* t = types.get();
  const int u32 = btf__add_int(t, "unsigned int", 4, 0);
  const int u64 = btf__add_int(t, "unsigned long", 8, 0);
  const int letter = btf__add_int(t, "char", 1, BTF_INT_CHAR);
  const int comm = btf__add_array(t, u32, letter, 16);
  const int filler = btf__add_array(t, u32, u64, 100);

  const int lock = btf__add_struct(t, "spinlock", 4);
  btf__add_field(t, "raw", u32, 0, 0);
  const int mm = btf__add_struct(t, "mm_struct", 16);
  btf__add_field(t, "pgd", u64, 0, 0);
  btf__add_field(t, "users", u32, 64, 0);
  const int mm_pointer = btf__add_ptr(t, mm);
  const int state = btf__add_enum(t, "task_state", 4);
  btf__add_enum_value(t, "STATE_RUNNING", 0);
  btf__add_enum_value(t, "STATE_SLEEPING", 1);
  btf__add_enum(t, nullptr, 4);
  btf__add_enum_value(t, "LIMIT_WANTED", 7);
  btf__add_enum_value(t, "LIMIT_OTHER", 8);
  btf__add_typedef(t, "my_pid_t", u32);

  const int task = btf__add_struct(t, "task_struct", 848);  // as large as only thinned structs are
  btf__add_field(t, "pid", u32, 0, 0);
  btf__add_field(t, "lock", lock, 32, 0);
  btf__add_field(t, "filler", filler, 64, 0);
  btf__add_field(t, "comm", comm, 6464, 0);
  btf__add_field(t, "mm", mm_pointer, 6592, 0);
  btf__add_field(t, "state", state, 6656, 0);
  btf__add_field(t, "flag", u32, 6688, 3);

  const int task_pointer = btf__add_ptr(t, task);
  for (const char* name : {"bpf_iter__task", "bpf_iter__task_file"}) {
    btf__add_struct(t, name, 8);
    btf__add_field(t, "task", task_pointer, 0, 0);
  }

  const int sock_common = btf__add_struct(t, "sock_common", 4);
  btf__add_field(t, "skc_state", u32, 0, 0);
  btf__add_struct(t, "sock", 4);
  btf__add_field(t, "__sk_common", sock_common, 0, 0);
  btf__add_fwd(t, "device_of_module", BTF_FWD_STRUCT);

  std::uint32_t size = 0;
  const void* raw = btf__raw_data(t, &size);
  REQUIRE(raw != nullptr);
  write(path, std::string(static_cast<const char*>(raw), size));
}

/// The files of the tree made for `request`, by their names under include/.
std::map<std::string, std::string> headers(HeaderRequest request) {
  const Folder directory;
  const fs::path kernel = directory.path() / "kernel.btf";
  write_kernel(kernel);
  request.btf = kernel;
  write_kernel_headers(request, directory.path() / "tree");
  std::map<std::string, std::string> files;
  const fs::path include = directory.path() / "tree/include";
  for (const auto& entry : fs::recursive_directory_iterator(include)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    files[entry.path().lexically_relative(include).string()] = text.str();
  }
  return files;
}

/// The one header that holds the types.
std::string kernel_header(const std::string& text) {
  HeaderRequest request;
  request.text = text;
  return headers(request).at("bccxx_kernel.h");
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("only types the text names come in", "[kernel_headers]") {
  const std::string none = kernel_header("int f() { return 0; }");
  CHECK_FALSE(holds(none, "task_struct"));
  const std::string header = kernel_header("my_pid_t f(struct mm_struct *m) { return m->users; }");
  CHECK(holds(header, "struct mm_struct {"));
  CHECK(holds(header, "my_pid_t;"));
  CHECK_FALSE(holds(header, "task_struct"));
  CHECK_FALSE(holds(kernel_header("int mm_struct;"), "struct mm_struct"));
}

TEST_CASE("of a large struct only the members in use stay, each in its place", "[kernel_headers]") {
  const std::string header = kernel_header("int f(struct task_struct *t) { return t->comm[0]; }");
  CHECK(holds(header, "char comm[16];"));
  CHECK(holds(header, "bccxx_gap0[101];"));
  for (const char* gone : {"pid", "spinlock", " mm;", "flag"}) {
    INFO(gone);
    CHECK_FALSE(holds(header, gone));
  }
}

TEST_CASE("what a kept member holds by value comes in whole", "[kernel_headers]") {
  const std::string header = kernel_header("int f(struct task_struct *t) { return t->lock.raw + t->state; }");
  CHECK(holds(header, "struct spinlock {"));
  CHECK(holds(header, "STATE_SLEEPING"));
}

TEST_CASE("pointers are followed where the text names the member", "[kernel_headers]") {
  CHECK(holds(kernel_header("u64 f(struct task_struct *t) { return t->mm->pgd; }"), "struct mm_struct {"));
  CHECK_FALSE(holds(kernel_header("u64 f(struct task_struct *t) { return t->pid; }"), "mm_struct"));
}

TEST_CASE("enumerators come in by name", "[kernel_headers]") {
  const std::string header = kernel_header("int x = LIMIT_WANTED;");
  CHECK(holds(header, "LIMIT_WANTED = 7"));
  CHECK_FALSE(holds(header, "LIMIT_OTHER"));
}

TEST_CASE("what the text or libbcc defines stays out", "[kernel_headers]") {
  const std::string own = kernel_header("struct mm_struct { int mine; }; int LIMIT_WANTED; struct mm_struct x;");
  CHECK_FALSE(holds(own, "mm_struct"));
  CHECK_FALSE(holds(own, "LIMIT_WANTED"));
  HeaderRequest request;
  request.text = "int f(struct task_struct *t) { return t->lock.raw; }";
  request.bcc_headers = "#include <linux/of_libbcc.h>\nstruct spinlock { int raw; };";
  const auto files = headers(request);
  CHECK_FALSE(holds(files.at("bccxx_kernel.h"), "spinlock"));
  CHECK(files.count("linux/of_libbcc.h") == 1);
}

TEST_CASE("a text that composes names gets all members", "[kernel_headers]") {
  const std::string header =
      kernel_header("#define FIELD(a, b) a##b\nint f(struct task_struct *t) { return t->FIELD(p, id); }");
  CHECK(holds(header, "unsigned int pid;"));
  CHECK_FALSE(holds(header, "bccxx_gap"));
}

TEST_CASE("macros of the kernel come in with what they name", "[kernel_headers]") {
  const std::string header = kernel_header("int f(struct sock *sk) { return sk->sk_state == -EAGAIN * HZ; }");
  CHECK(holds(header, "#define sk_state __sk_common.skc_state"));
  CHECK(holds(header, "#define EAGAIN 11"));
  CHECK(holds(header, "#define HZ "));
  CHECK(holds(header, "skc_state;"));
  CHECK_FALSE(holds(header, "ENOENT"));
  CHECK_FALSE(holds(kernel_header("struct e { int sk_state; }; int f(struct e *e) { return e->sk_state; }"),
                    "#define sk_state"));
  CHECK_FALSE(holds(kernel_header("#define EAGAIN 12\nint x = EAGAIN;"), "#define EAGAIN"));
  // As newer tools of bcc do, so that BTF has an enumerator where it would have a number.
  CHECK(holds(kernel_header("enum { OWN = EAGAIN };\n#undef EAGAIN\n#define EAGAIN OWN\n"), "#define EAGAIN 11"));
}

TEST_CASE("system calls have their numbers, allocations their flags", "[kernel_headers]") {
  const std::string header = kernel_header("int f(long nr, gfp_t g) { return nr == __NR_openat || g == GFP_KERNEL; }");
  CHECK(holds(header, "#define __NR_openat " + std::to_string(SYS_openat) + "\n"));
  CHECK_FALSE(holds(header, "__NR_read "));
  // Newer than the headers of Debian 12.
  CHECK(holds(kernel_header("int f(long nr) { return nr == __NR_mseal; }"), "#define __NR_mseal 462\n"));
  CHECK(holds(header, "#define __GFP_IO "));
  // Either the kernel's enumerator or the number from before there was one.
  CHECK(holds(header, "___GFP_IO_BIT = ") != holds(header, "#define ___GFP_IO_BIT 6\n"));
}

TEST_CASE("an iterator's context is there", "[kernel_headers]") {
  const std::string header = kernel_header("BPF_ITER(task) { return ctx->task->pid; }");
  CHECK(holds(header, "struct bpf_iter__task {"));
  CHECK_FALSE(holds(header, "struct bpf_iter__task_file {"));
}

TEST_CASE("the version is the kernel's", "[kernel_headers]") {
  HeaderRequest request;
  request.text = "int x;";
  request.kernel_release = "6.1.300-test";
  CHECK(holds(headers(request).at("bccxx_kernel.h"),
              "#ifndef LINUX_VERSION_CODE\n#define LINUX_VERSION_CODE " + std::to_string(0x601ff)));
}

TEST_CASE("every header somebody includes is there, and none that the text brings", "[kernel_headers]") {
  const Folder own;
  write(own.path() / "mine.h", "#include <net/deep.h>\nstruct mm_struct *from_mine;\n");
  HeaderRequest request;
  request.text = "#include <linux/sched.h>\n#include \"mine.h\"\n#include <../../escape.h>\n#include </abs.h>\n";
  request.included = bccxx::compiler::read_included_text({request.text}, {}, own.path());
  const auto files = headers(request);
  for (const char* name : {"linux/kconfig.h", "linux/types.h", "linux/sched.h", "uapi/linux/bpf.h", "net/deep.h"}) {
    INFO(name);
    CHECK(files.count(name) == 1);
  }
  CHECK(files.count("mine.h") == 0);
  CHECK(files.size() < 20);
  CHECK(holds(files.at("bccxx_kernel.h"), "struct mm_struct {"));
}

TEST_CASE("syscall functions take a pt_regs", "[kernel_headers]") {
  HeaderRequest request;
  request.text = "int x;";
  CHECK(holds(headers(request).at("linux/kconfig.h"), "CONFIG_ARCH_HAS_SYSCALL_WRAPPER"));
}

TEST_CASE("the same request gives the same files", "[kernel_headers]") {
  HeaderRequest request;
  request.text =
      "#include <linux/sched.h>\n#include <net/sock.h>\nint f(struct task_struct *t, struct sock *sk) { return "
      "t->mm->pgd + t->state + sk->sk_state + LIMIT_WANTED + PAGE_SIZE + EPERM; }";
  CHECK(headers(request) == headers(request));
}

TEST_CASE("BTF that is not there or no BTF is an error", "[kernel_headers]") {
  const Folder directory;
  HeaderRequest request;
  request.btf = directory.path() / "absent";
  CHECK_THROWS_AS(write_kernel_headers(request, directory.path() / "tree"), bccxx::SystemError);
  write(directory.path() / "broken", std::string(100, 'x'));
  request.btf = directory.path() / "broken";
  CHECK_THROWS_AS(write_kernel_headers(request, directory.path() / "tree"), bccxx::SystemError);
}

TEST_CASE("types that only a module has come from the module", "[kernel_headers]") {
  const Folder directory;
  write_kernel(directory.path() / "vmlinux");
  const std::unique_ptr<btf, void (*)(btf*)> kernel(btf__parse_raw((directory.path() / "vmlinux").c_str()), btf__free);
  REQUIRE(kernel);
  const auto add_module = [&](const char* name, const std::vector<const char*>& tags) {
    const std::unique_ptr<btf, void (*)(btf*)> types(btf__new_empty_split(kernel.get()), btf__free);
    const int u32 = btf__find_by_name_kind(kernel.get(), "unsigned int", BTF_KIND_INT);
    const int task = btf__add_ptr(types.get(), btf__find_by_name_kind(kernel.get(), "task_struct", BTF_KIND_STRUCT));
    for (const char* tag : tags) {
      btf__add_struct(types.get(), tag, 16);
      btf__add_field(types.get(), "owner", task, 0, 0);
      btf__add_field(types.get(), (std::string("of_") + name).c_str(), u32, 64, 0);
    }
    std::uint32_t size = 0;
    const auto* raw = static_cast<const char*>(btf__raw_data(types.get(), &size));
    write(directory.path() / name, {raw, size});
  };
  add_module("first", {"request_of_module"});
  add_module("second", {"request_of_module", "answer_of_module"});
  write(directory.path() / "third", "request_of_module and no BTF");
  add_module("fourth", {"device_of_module"});

  HeaderRequest request;
  request.btf = directory.path() / "vmlinux";
  request.text = "int f(struct request_of_module *r, struct answer_of_module *a) { return r->owner->pid; }";
  const auto header = [&] {
    const Folder tree;
    const auto module = write_kernel_headers(request, tree.path());
    std::ostringstream text;
    text << std::ifstream(tree.path() / "include/bccxx_kernel.h").rdbuf();
    return std::pair(module.filename().string(), text.str());
  };
  CHECK_FALSE(holds(header().second, "struct request_of_module {"));

  request.modules = directory.path();
  const auto [module, types] = header();
  CHECK(module == "second");
  for (const char* part :
       {"struct request_of_module {", "struct answer_of_module {", "of_second;", "struct task_struct {"}) {
    INFO(part);
    CHECK(holds(types, part));
  }

  // Its name is a string of the kernel's BTF, which the module's does not repeat.
  request.text = "int f(struct device_of_module *d) { return d->owner->pid; }";
  CHECK(header().first == "fourth");

  request.text =
      "struct request_of_module { int x; }; int f(struct task_struct *t, struct nowhere *n) { return t->pid; }";
  CHECK(header().first.empty());
}
