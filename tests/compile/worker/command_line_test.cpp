// bccxx-cc from the shell.

#include "common/skip.hpp"
#include "compile/worker/run_bccxx_cc.hpp"
#include "compiler_worker/kernel_headers/kernel_headers.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

using bccxx::test::Compiler;

namespace {

constexpr const char* minimal = "int f(struct pt_regs *ctx) { return 0; }\n";

}  // namespace

TEST_CASE("definitions, include paths and headers beside the text are found", "[worker]") {
  const Compiler compiler;
  compiler.write("beside.h", "#define BESIDE 1\n");
  compiler.write("include/own.h", "#include \"inner.h\"\n");
  compiler.write("include/inner.h", "struct own_t { u64 a, b; };\n");
  const auto outcome = compiler.compile(
      "#include \"beside.h\"\n#include \"own.h\"\n#if BESIDE != 1 || SIZE != 5 || !defined(FLAG)\n#error\n#endif\n"
      "BPF_HASH(h, u32, struct own_t, SIZE);\nint f(struct pt_regs *ctx) { return 0; }\n",
      "-DSIZE=5 -D FLAG -Iinclude");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(compiler.object().find_map("h")->max_entries == 5);
  CHECK(compiler.object().find_map("h")->value_size == 16);
  CHECK(compiler.object().source_name() == "prog.c");
  CHECK(std::filesystem::equivalent(compiler.object().directory(), compiler.path("")));
  REQUIRE(compiler.compile("#include <bccxx/strings.h>\nint f(struct pt_regs *ctx) { return 0; }\n").status == 0);
  CHECK(compiler.object().directory().empty());
}

TEST_CASE("the same text gives the same bytes, wherever and whenever", "[worker]") {
  const std::string text =
      "#include <linux/sched.h>\n#include <bccxx/strings.h>\n"
      "BPF_HASH(h, u32, u64);\nBPF_PERF_OUTPUT(e);\nBPF_STACK_TRACE(s, 64);\n"
      "TRACEPOINT_PROBE(sched, sched_switch) { h.increment(bccxx_starts_with(args->next_comm, \"kw\")); return 0; }\n"
      "RAW_TRACEPOINT_PROBE(sched_switch) { h.increment(bpf_log2l(ctx->args[0])); return 0; }\n"
      "int f(struct pt_regs *ctx) { struct task_struct *t = (void *)bpf_get_current_task(); return t->tgid; }\n";
  const Compiler first;
  const Compiler second;
  REQUIRE(first.compile(text).status == 0);
  second.write("prog.c", text);
  std::filesystem::create_directories(second.path("another/place/for/temporary/files"));
  const auto outcome = second.run("TMPDIR=$PWD/another/place/for/temporary/files HOME=/ TZ=Asia/Tokyo LC_ALL=C.UTF-8 " +
                                  Compiler::program() + " prog.c -o prog.bpf.o");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(first.read("prog.bpf.o") == second.read("prog.bpf.o"));
  CHECK(first.read("prog.bpf.o").find("/bccxx-cc-") == std::string::npos);
}

TEST_CASE("what lies beside a text is found by way of a link, too", "[worker]") {
  const Compiler compiler;
  compiler.write("own.h", "#define SIZE 6\n");
  compiler.write("real/own.h", "#define SIZE 5\n");
  compiler.write("real/prog.c",
                 "#include \"own.h\"\nBPF_ARRAY(a, u64, SIZE);\nint f(struct pt_regs *ctx) { return 0; }\n");
  std::filesystem::create_directory(compiler.path("real/folder"));
  std::filesystem::create_directory_symlink("real/folder", compiler.path("link"));
  const auto outcome = compiler.run(Compiler::program() + " link/../prog.c -o prog.bpf.o");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(compiler.object().find_map("a")->max_entries == 5);
  CHECK(std::filesystem::equivalent(compiler.object().directory(), compiler.path("real")));
}

TEST_CASE("usage errors are told apart from wrong texts", "[worker]") {
  const Compiler compiler;
  compiler.write("prog.c", minimal);
  const auto cc = Compiler::program();
  for (const auto* wrong : {"", " missing.c", " prog.c other.c", " prog.c --headers=none",
                            " prog.c --registers=fexit:x", " --nonsense", " prog.c -o"}) {
    const auto outcome = compiler.run(cc + wrong);
    INFO(wrong << ": " << outcome.errors);
    CHECK(outcome.status == 2);
    CHECK(outcome.output.empty());
    CHECK(outcome.errors.find("bccxx-cc: ") == 0);
    CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  }
  CHECK(compiler.run(cc + " --nonsense").errors.find("--nonsense: no such option") != std::string::npos);
  const auto help = compiler.run(cc + " --help");
  CHECK(help.status == 0);
  CHECK(help.output.find("Exit status: 0 the object is written, 1 the text is wrong") != std::string::npos);
  CHECK(compiler.run(cc + " --version").output.find("bccxx-cc 0.") == 0);
  CHECK(compiler.run(cc + " prog.c").status == 0);
  CHECK(std::filesystem::exists(compiler.path("prog.bpf.o")));
  const auto unwritable = compiler.run(cc + " prog.c -o /nonexistent/x.o");
  CHECK(unwritable.status == 3);
  CHECK(unwritable.errors == "bccxx-cc: write /nonexistent/x.o: No such file or directory\n");
  CHECK(compiler.run(cc + " prog.c -o /dev/full").errors == "bccxx-cc: write /dev/full: No space left on device\n");
}

TEST_CASE("the object's name comes from the text's", "[worker]") {
  const Compiler compiler;
  for (const auto& [text, object] : {std::pair("plain.c", "plain.bpf.o"),
                                     {"named.bpf.c", "named.bpf.o"},
                                     {"no_extension", "no_extension.bpf.o"},
                                     {"folder/two.parts.c", "folder/two.parts.bpf.o"}}) {
    INFO(text);
    compiler.write(text, minimal);
    CHECK(compiler.run(Compiler::program() + ' ' + text).status == 0);
    CHECK(std::filesystem::exists(compiler.path(object)));
  }
}

TEST_CASE("editors may mark a text and end its lines as they like", "[worker]") {
  const std::string text =
      "#include <linux/sched.h>\n#include \"own.h\"\nBPF_HASH(h, struct key_t);\n"
      "#define ZERO(x) \\\n  __builtin_memset(&x, 0, sizeof(x))\n"
      "int f(struct pt_regs *ctx, struct task_struct *task) {\n  struct key_t key;  // a comment\n  ZERO(key);\n"
      "  key.pid = task->tgid;\n  h.increment(key);\n  return TASK_COMM_LEN;\n}\n";
  const std::string header = "struct key_t { \\\n  u32 pid; };\n";
  const auto marked = [](const std::string& plain) {
    std::string result = "\xef\xbb\xbf";
    for (const char c : plain) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return result;
  };
  const Compiler compiler;
  compiler.write("own.h", header);
  REQUIRE(compiler.compile(text).status == 0);
  const auto expected = compiler.read("prog.bpf.o");
  compiler.write("own.h", marked(header));
  const auto outcome = compiler.compile(marked(text));
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.errors.empty());
  CHECK(compiler.read("prog.bpf.o") == expected);
}

TEST_CASE("the kernel's version is the running one's, or what the flags say", "[worker]") {
  const Compiler compiler;
  const std::string text =
      "#include <linux/version.h>\n#if LINUX_VERSION_CODE != EXPECTED\n#error LINUX_VERSION_CODE\n#endif\n"
      "int f(struct pt_regs *ctx) { return LINUX_VERSION_CODE == 0 || PAGE_SIZE != 1 << PAGE_SHIFT; }\n";
  utsname running{};
  REQUIRE(::uname(&running) == 0);
  int major = 0;
  int minor = 0;
  int patch = 0;
  REQUIRE(std::sscanf(running.release, "%d.%d.%d", &major, &minor, &patch) >= 2);
  const auto expected = fmt::format("\"-DEXPECTED=KERNEL_VERSION({},{},{})\"", major, minor, patch);
  auto outcome = compiler.compile(text, "--headers=btf " + expected);
  INFO(outcome.errors);
  CHECK(outcome.status == 0);
  outcome = compiler.compile(text, "--headers=btf -DLINUX_VERSION_CODE=0x060107 -DEXPECTED=0x060107 -D PAGE_SIZE=4096");
  INFO(outcome.errors);
  CHECK(outcome.status == 0);
  CHECK(outcome.errors.empty());
}

TEST_CASE("what kernel headers have by other means than types is there without them", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(
      "#include <linux/bpf.h>\n#include <linux/jhash.h>\n#include <linux/hash.h>\n#include <linux/socket.h>\n"
      "BPF_HASH(seen, u32, struct sockaddr_storage);\n"
      "BPF_ITER(task) { return ctx->task && ctx->task->pid == 1; }\n"
      "BPF_ITER(bpf_map_elem) { return ctx->key == NULL; }\n"
      "int hashes(struct pt_regs *ctx, u64 a) { return jhash_2words(a, a >> 32, 0) + hash_64(a, 8) + rol32(a, 3); }\n"
      "int numbers(struct pt_regs *ctx, long nr, gfp_t g) { return nr == __NR_openat || g == GFP_KERNEL || nr == "
      "DT_REG; }\n"
      "int pages(struct pt_regs *ctx, struct folio *folio) { return folio_page(folio, 0) == NULL; }\n"
      "int addresses(struct pt_regs *ctx, struct sockaddr_storage *address) { return address->ss_family == AF_INET6; "
      "}\n",
      "--headers=btf");
  INFO(outcome.errors);
  CHECK(outcome.status == 0);
  CHECK(outcome.errors.empty());
}

TEST_CASE("kernel headers that are not there are no fault of the text", "[worker]") {
  const Compiler compiler;
  compiler.write("empty/file", "");
  const auto outcome = compiler.compile(minimal, "--headers=kernel --kernel-headers empty");
  CHECK(outcome.status == 3);
  CHECK(outcome.errors.find("holds no kernel headers") != std::string::npos);
}

TEST_CASE("without BTF the text is judged by installed headers", "[worker]") {
  const Compiler compiler;
  // What libbcc takes for installed headers, made for this text.
  bccxx::worker::HeaderRequest headers;
  headers.text = minimal;
  bccxx::worker::write_kernel_headers(headers, compiler.path("kernel"));
  compiler.write("broken", "no BTF");
  const std::string flags = "--btf broken --kernel-headers kernel";
  auto outcome = compiler.compile(minimal, flags);
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  outcome = compiler.compile("int f(struct pt_regs *ctx) { return nowhere; }\n", flags);
  CHECK(outcome.status == 1);
  CHECK(outcome.errors.find("prog.c:1:37: error: use of undeclared identifier 'nowhere'") != std::string::npos);
  CHECK(compiler.compile(minimal, "--btf broken").status == 3);
}

TEST_CASE("types can come from a BTF file", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(minimal, "--headers=btf --btf /sys/kernel/btf/vmlinux");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(compiler.object().kernel_build_id().empty());
  REQUIRE(compiler.compile(minimal).status == 0);
  CHECK(compiler.object().kernel_build_id().size() == 40);

  compiler.write("broken", "no BTF");
  CHECK(compiler.compile(minimal, "--headers=btf --btf broken").status == 3);
}

TEST_CASE("other registers put a probe where it can run", "[worker]") {
  const Compiler compiler;
  REQUIRE(
      compiler.compile("int kprobe____x64_sys_openat(struct pt_regs *ctx) { return 0; }\n", "--registers=syscall-enter")
          .status == 0);
  CHECK(compiler.object().find_program("kprobe____x64_sys_openat")->section == "tracepoint/syscalls/sys_enter_openat");
  REQUIRE(compiler.compile(minimal, "--registers=syscall-enter").status == 0);
  CHECK(compiler.object().find_program("f")->section == "tracepoint");
  REQUIRE(compiler
              .compile("int kretprobe__do_nanosleep(struct pt_regs *ctx) { return PT_REGS_RC(ctx); }\n",
                       "--registers=fexit:2")
              .status == 0);
  CHECK(compiler.object().find_program("kretprobe__do_nanosleep")->section == "fexit/do_nanosleep");
}

TEST_CASE("one text serves several hooks, and a program that reads what a hook lacks is told of", "[worker]") {
  constexpr const char* mixed =
      "#include <uapi/linux/ptrace.h>\n"
      "BPF_ARRAY(seen, u64, 4);\n"
      "int on_entry(struct pt_regs *ctx, int fd) { seen.increment(fd & 3); return 0; }\n"
      "int on_return(struct pt_regs *ctx) { seen.increment(PT_REGS_RC(ctx) & 3); return 0; }\n"
      "int anywhere(struct pt_regs *ctx) { seen.increment(0); return 0; }\n";
  const Compiler compiler;
  const auto missing = [&](const char* program) { return compiler.object().find_program(program)->missing_registers; };
  auto outcome = compiler.compile(mixed, "--registers=syscall-enter");
  REQUIRE(outcome.status == 0);
  CHECK(outcome.errors ==
        "prog.c:4: warning: on_return reads the register ax, which a sys_enter tracepoint does not have\n");
  CHECK(missing("on_entry").empty());
  CHECK(missing("anywhere").empty());
  REQUIRE(missing("on_return").size() == 1);
  CHECK(missing("on_return")[0].line == 4);
  CHECK(missing("on_return")[0].file == "prog.c");

  REQUIRE(compiler.compile(mixed, "--registers=fexit:1").status == 0);
  CHECK(missing("on_return").empty());
  REQUIRE(compiler.compile(mixed, "--registers=native").status == 0);
  CHECK(missing("on_return").empty());

  outcome = compiler.compile("int f(struct pt_regs *ctx) { return PT_REGS_IP(ctx); }\n", "--registers=fentry");
  CHECK(outcome.status == 1);
  CHECK(outcome.errors == "prog.c:1: error: f reads the register ip, which fentry does not have\n");
}

TEST_CASE("no privilege is needed", "[worker]") {
  // Without privileges to drop, every other case shows it.
  if (::geteuid() != 0) return bccxx::test::skip("this run has no privilege to drop");
  const Compiler compiler;
  compiler.write("prog.c", minimal);
  REQUIRE(compiler.run("cp " + Compiler::program() + " . && chmod 0777 .").status == 0);
  const auto outcome =
      compiler.run("setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all ./bccxx-cc prog.c -o other.o");
  INFO(outcome.errors);
  CHECK(outcome.status == 0);
}

TEST_CASE("an object that cannot be written anew stays, half of one does not", "[worker]") {
  const Compiler compiler;
  compiler.write("prog.c", minimal);
  compiler.write("old.o", "the last good one");
  const std::string prepare =
      "cp " + Compiler::program() + " . && chmod 0777 . && chmod 0444 old.o && ln -s old.o link.o";
  REQUIRE(compiler.run(prepare).status == 0);
  const std::string user =
      ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all ./bccxx-cc" : "./bccxx-cc";
  for (const std::string name : {"old.o", "link.o"}) {
    const auto refused = compiler.run(user + " prog.c -o " + name);
    CHECK(refused.status == 3);
    CHECK(refused.errors == "bccxx-cc: write " + name + ": Permission denied\n");
    CHECK(compiler.read(name) == "the last good one");
  }
  CHECK(std::filesystem::is_symlink(compiler.path("link.o")));

  const std::string own_mounts = ::geteuid() == 0 ? "unshare --mount" : "unshare --mount --map-root-user";
  const auto full = compiler.run(own_mounts +
                                 " sh -c 'mkdir full && mount -t tmpfs -o size=4k none full && echo > full/filler && "
                                 "ln -sf full/half.o link.o && ./bccxx-cc prog.c -o link.o; echo $? && ls full'");
  INFO(full.errors);
  CHECK(full.errors == "bccxx-cc: write link.o: No space left on device\n");
  CHECK(full.output == "3\nfiller\n");
}

TEST_CASE("nothing of the environment reaches libbcc", "[worker]") {
  const Compiler compiler;
  compiler.write("prog.c", minimal);
  const auto cc = Compiler::program();
  REQUIRE(compiler.run(cc + " prog.c -o plain.o").status == 0);
  const auto outcome =
      compiler.run("BCC_KERNEL_SOURCE=/nonexistent BCC_LINUX_VERSION_CODE=1 ARCH=arm64 C_INCLUDE_PATH=/nonexistent " +
                   cc + " prog.c -o other.o");
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.errors.empty());
  CHECK(compiler.read("plain.o") == compiler.read("other.o"));
}

TEST_CASE("nothing is left behind", "[worker]") {
  const Compiler compiler;
  std::filesystem::create_directory(compiler.path("tmp"));
  compiler.write("prog.c", minimal);
  compiler.write("wrong.c",
                 "BPF_RINGBUF_OUTPUT(r, 8);\nint f(void *c) { char a[8]; return r.ringbuf_output(nowhere, 8, 0); }\n");
  const auto environment = "TMPDIR=" + compiler.path("tmp").string() + " ";
  CHECK(compiler.run(environment + Compiler::program() + " prog.c").status == 0);
  CHECK(compiler.run(environment + Compiler::program() + " wrong.c").status == 1);
  CHECK(std::filesystem::is_empty(compiler.path("tmp")));
}
