// An object made ahead of time, from a text with headers of its own, used from another directory.

#include "common/folder.hpp"

#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include <sys/syscall.h>
#include <unistd.h>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace bccxx;
using bccxx::test::Folder;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("an object is compiled for another hook with the headers it was made with", "[kprobe][any_kernel]") {
  const Folder folder;
  write(folder / "own.h", "BPF_ARRAY(seen, u64, 1);\n#define OWN_BITS 0xff\n");
  write(folder / "prog.c",
        "#include <uapi/linux/ptrace.h>\n#include \"own.h\"\nint count(struct pt_regs *ctx, int fd) {\n"
        "  int zero = 0;\n  u64 *n = seen.lookup(&zero);\n"
        "  if (n && fd == 177 && (OWN_BITS & bpf_get_current_pid_tgid() >> 32) == (OWN_BITS & PID)) (*n)++;\n  return "
        "0;\n}\n");
  const auto command = std::string(BCCXX_BINARY_DIR "/libexec/bccxx/bccxx-cc -DPID=") + std::to_string(::getpid()) +
                       " -o " + (folder / "prog.o").string() + " " + (folder / "prog.c").string();
  REQUIRE(std::system(command.c_str()) == 0);
  Options options{.auto_attach = AutoAttach::off};
  options.cache.mode = compiler::Cache::Mode::off;
  auto bpf = BPF::from_object(folder / "prog.o", options);
  bpf.attach_kprobe(BPF::get_syscall_fnname("lseek"), "count", {.via = AttachVia::tracepoint});
  for (int i = 0; i < 5; ++i) ::syscall(SYS_lseek, 177, 0, SEEK_CUR);
  CHECK(bpf.get_array_table<std::uint64_t>("seen")[0] == 5);

  // Without them, the error names what is missing.
  auto again = BPF::from_object(folder / "prog.o", options);
  fs::remove(folder / "own.h");
  try {
    again.attach_kprobe(BPF::get_syscall_fnname("lseek"), "count", {.via = AttachVia::tracepoint});
    FAIL("attached");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Matchers::Contains("own.h"));
  }
}
