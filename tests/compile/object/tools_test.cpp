// Other people's tools take the objects as they are, and Object takes other people's objects.

#include "common/skip.hpp"
#include "compile/worker/run_bccxx_cc.hpp"

#include <bpf/bpf.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using bccxx::object::ProbeKind;
using bccxx::test::Compiler;

namespace {

constexpr const char* tracer =
    "#include <linux/sched.h>\n"
    "struct key_t { char comm[TASK_COMM_LEN]; };\n"
    "BPF_HASH(counts_by_command_name, struct key_t);\n"
    "BPF_ARRAY(inner, u64, 3);\n"
    "BPF_ARRAY_OF_MAPS(outer, \"inner\", 4);\n"
    "BPF_RINGBUF_OUTPUT(ring, 8);\n"
    "BPF_PERF_OUTPUT(events);\n"
    "RAW_TRACEPOINT_PROBE(sched_switch) {\n"
    "  struct key_t key = {};\n"
    "  bpf_get_current_comm(&key.comm, sizeof(key.comm));\n"
    "  counts_by_command_name.increment(key);\n"
    "  ring.ringbuf_output(&key, sizeof(key), 0);\n"
    "  events.perf_submit(ctx, &key, sizeof(key));\n"
    "  return 0;\n"
    "}\n"
    "int on_packet(struct xdp_md *ctx) { return XDP_PASS; }\n"
    "int classify(struct __sk_buff *skb) { return 0; }\n"
    "int sample(struct bpf_perf_event_data *ctx) { return 0; }\n";

/// Why BPF programs cannot be loaded here; empty where they can.
std::string refusal() {
  const bpf_insn code[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
  const int fd = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, "probe", "GPL", code, 2, nullptr);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  return "loading a program of two instructions fails with errno " + std::to_string(-fd);
}

/// What `bpftool prog loadall` says, the pins being gone again afterwards.
bccxx::test::Outcome load_all(const Compiler& compiler) {
  const auto pins = "/sys/fs/bpf/bccxx_tools_test_" + std::to_string(::getpid());
  return compiler.run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf; bpftool prog loadall prog.bpf.o " +
                      pins + "; status=$?; ls " + pins + "; rm -rf " + pins + "; ( exit $status )");
}

}  // namespace

TEST_CASE("bpftool makes a skeleton of an object", "[object]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(tracer);
  INFO(outcome.errors);
  REQUIRE(outcome.status == 0);
  const auto skeleton = compiler.run("bpftool gen skeleton prog.bpf.o name tracer");
  INFO(skeleton.errors);
  CHECK(skeleton.status == 0);
  CHECK(skeleton.output.find("struct bpf_map *counts_by_command_name;") != std::string::npos);
  CHECK(skeleton.output.find("struct bpf_program *raw_tracepoint__sched_switch;") != std::string::npos);
  CHECK(skeleton.output.find("struct bpf_program *on_packet;") != std::string::npos);
  CHECK(skeleton.errors.empty());
}

TEST_CASE("bpftool loads an object", "[object]") {
  if (const auto reason = refusal(); !reason.empty()) return bccxx::test::skip(reason);
  const Compiler compiler;
  REQUIRE(compiler.compile(tracer).status == 0);
  const auto loaded = load_all(compiler);
  INFO(loaded.errors);
  CHECK(loaded.status == 0);
  CHECK(loaded.output.find("classify") != std::string::npos);
  CHECK(loaded.output.find("sample") != std::string::npos);
}

TEST_CASE("the kernel's hashes give the kernel's values", "[object]") {
  if (const auto reason = refusal(); !reason.empty()) return bccxx::test::skip(reason);
  struct Hash {
    const char* expression;
    unsigned int value;
  };
  // The first two are those that the author of the algorithm gives for it.
  const auto [expression, value] = GENERATE(
      Hash{"jhash(words, 30, 0)", 0x17770551}, Hash{"jhash(words, 30, 1)", 0xcd628161},
      Hash{"jhash(words, 24, 7) == jhash2((u32 *)words, 6, 7)", 1},
      Hash{"jhash(words, 12, 7) == jhash_3words(((u32 *)words)[0], ((u32 *)words)[1], ((u32 *)words)[2], 7)", 1},
      Hash{"hash_32(1, 32)", 0x61c88647}, Hash{"hash_64(1, 32)", 0x61c88646}, Hash{"rol32(0x80000001, 4)", 0x18},
      Hash{"ror64(rol64(5, 40), 40)", 5});
  const Compiler compiler;
  const auto outcome = compiler.compile(
      "#include <linux/jhash.h>\n#include <linux/hash.h>\nint f(struct __sk_buff *skb) {\n"
      "  char words[32] __attribute__((aligned(8))) = \"Four score and seven years ago\";\n  return " +
      std::string(expression) + ";\n}\n");
  INFO(expression << '\n' << outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.errors.empty());
  const auto pin = "/sys/fs/bpf/bccxx_hash_test_" + std::to_string(::getpid());
  const auto run = compiler.run(
      "mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf; bpftool prog load prog.bpf.o " + pin +
      " && head -c 64 /dev/zero >packet && bpftool prog run pinned " + pin + " data_in packet; rm -f " + pin);
  INFO(run.output << run.errors);
  CHECK(run.output.find("Return value: " + std::to_string(value) + ",") != std::string::npos);
}

TEST_CASE("the verifier's log quotes the user's own lines", "[object]") {
  if (const auto reason = refusal(); !reason.empty()) return bccxx::test::skip(reason);
  const Compiler compiler;
  REQUIRE(compiler
              .compile("BPF_HASH(h, u32, u64);\n"
                       "static inline u64 *find(u32 key) {\n"
                       "  return h.lookup(&key);\n"
                       "}\n"
                       "\n"
                       "int on_switch(struct bpf_raw_tracepoint_args *ctx) {\n"
                       "  u64 *value = find(bpf_get_current_pid_tgid());\n"
                       "  (*value)++;  // never checked\n"
                       "  return 0;\n"
                       "}\n")
              .status == 0);
  const auto loaded = load_all(compiler);
  INFO(loaded.errors);
  CHECK(loaded.status != 0);
  CHECK(loaded.errors.find("; (*value)++;  // never checked") != std::string::npos);
  CHECK(loaded.errors.find("; return h.lookup(&key);") != std::string::npos);
  CHECK(loaded.errors.find("__attribute__") == std::string::npos);
}

TEST_CASE("llvm-objdump disassembles an object", "[object]") {
  const Compiler compiler;
  REQUIRE(compiler.compile(tracer).status == 0);
  const auto listing = compiler.run("llvm-objdump-14 -d prog.bpf.o");
  CHECK(listing.status == 0);
  CHECK(listing.output.find("<raw_tracepoint__sched_switch>:") != std::string::npos);
}

TEST_CASE("an object made by plain clang is understood", "[object]") {
  const Compiler compiler;
  compiler.write("plain.c",
                 "#define SEC(name) __attribute__((section(name), used))\n"
                 "typedef unsigned int u32; typedef unsigned long long u64;\n"
                 "struct xdp_md { u32 data; };\n"
                 "struct { int (*type)[1]; u32 *key; u64 *value; int (*max_entries)[77]; } counts SEC(\".maps\");\n"
                 "static void *(*lookup)(void *, const void *) = (void *)1;\n"
                 "SEC(\"tp/sched/sched_switch\") int on_switch(void *ctx) {\n"
                 "  u32 key = 1; u64 *n = lookup(&counts, &key); if (n) (*n)++; return 0; }\n"
                 "SEC(\"xdp\") int on_packet(struct xdp_md *ctx) { return 2; }\n"
                 "char text_license[] SEC(\"license\") = \"Dual BSD/GPL\";\n");
  const auto made = compiler.run("clang-14 -target bpf -O2 -g -c plain.c -o prog.bpf.o");
  INFO(made.errors);
  REQUIRE(made.status == 0);
  const auto object = compiler.object();
  CHECK(object.license() == "Dual BSD/GPL");
  CHECK(object.source().empty());
  const auto* program = object.find_program("on_switch");
  REQUIRE(program != nullptr);
  CHECK(program->probe == ProbeKind::tracepoint);
  CHECK(program->target == "sched:sched_switch");
  CHECK(object.find_program("on_packet")->context == "xdp_md");
  const auto* counts = object.find_map("counts");
  REQUIRE(counts != nullptr);
  CHECK(counts->key_size == 4);
  CHECK(counts->value_size == 8);
  CHECK(counts->max_entries == 77);
}
