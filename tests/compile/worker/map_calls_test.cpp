// Uses of maps that libbcc alone gets wrong: they compile, or are told for what they are.

#include "compile/worker/run_bccxx_cc.hpp"

#include <catch2/catch.hpp>

using bccxx::test::Compiler;

namespace {

struct Use {
  const char* what;
  const char* text;
};

}  // namespace

TEST_CASE("uses of maps that libbcc gets wrong compile", "[worker][map_calls]") {
  const Use uses[] = {
      {"named map to a helper",
       "BPF_HASH(m, u32, u64);\nint f(struct pt_regs *ctx) {\n  u32 k = 1;\n"
       "  u64 *v = bpf_map_lookup_elem(&m, &k);\n  if (v) (*v)++;\n  return 0;\n}\n"},
      {"several named maps",
       "BPF_HASH(a, u32, u64);\nBPF_SOCKMAP(s, 4);\nBPF_PERF_OUTPUT(p);\nint f(struct pt_regs *ctx) {\n"
       "  u32 k = 1; u64 v = 2;\n  bpf_map_update_elem(&a, &k, &v, BPF_EXIST);\n  bpf_perf_event_output(ctx, &p, 0, "
       "&v, sizeof(v));\n"
       "  a.update(&k, &v);\n  return 0;\n}\nint g(struct __sk_buff *skb) { return bpf_sk_redirect_map(skb, &s, 1, 0); "
       "}\n"},
      {"perf_submit_skb in a condition",
       "BPF_PERF_OUTPUT(e);\nint f(struct __sk_buff *skb) {\n  int x = 1;\n"
       "  if (e.perf_submit_skb(skb, skb->len, &x, sizeof(x)) < 0) return 1;\n  return 0;\n}\n"},
      {"perf_submit_skb as a statement",
       "BPF_PERF_OUTPUT(e);\nint f(struct __sk_buff *skb) {\n  int x = 1;\n"
       "  e.perf_submit_skb(skb, skb->len, &x, sizeof(x));\n  return 0;\n}\n"},
      {"sock_hash_update in a condition",
       "BPF_SOCKHASH(s);\nint f(struct bpf_sock_ops *ops) {\n  u32 k = 1;\n"
       "  return s.sock_hash_update(ops, &k, BPF_ANY) ? 1 : 0;\n}\n"},
      {"arrays into a ring buffer",
       "struct event { char name[8]; };\nBPF_RINGBUF_OUTPUT(r, 8);\n#define SEND(x) x\nint f(struct pt_regs *ctx) {\n"
       "  char a[8] = {}; struct event e = {}, *p = &e;\n  r.ringbuf_output(a, 8, 0);\n"
       "  r.ringbuf_output((void *)a, sizeof(a), 0);\n  r.ringbuf_output(e.name, 8, 0);\n"
       "  r.ringbuf_output(\n    p->name, 8, 0);\n  r.ringbuf_output(SEND(a), 8, 0);\n"
       "  return 0;\n}\n"},
      {"trie with its default key",
       "BPF_LPM_TRIE(t);\nint f(struct pt_regs *ctx) {\n  u64 k = 1;\n"
       "  return t.lookup(&k) != 0;\n}\n"},
      {"headers of our own",
       "#include <bccxx/strings.h>\nint f(struct pt_regs *ctx) {\n  char c[16] = {};\n"
       "  bpf_get_current_comm(&c, sizeof(c));\n  return bccxx_equals(c, \"sh\");\n}\n"},
  };
  const Compiler compiler;
  for (const auto& use : uses) {
    const auto outcome = compiler.compile(use.text);
    INFO(use.what << ":\n" << use.text << "---\n" << outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(outcome.errors.empty());
  }
}

TEST_CASE("maps that a header of the user's declares are used as those of the text", "[worker][map_calls]") {
  const Compiler compiler;
  compiler.write("maps.h", "BPF_PERCPU_HASH(m, u32, u64);\n");
  const auto outcome = compiler.compile(
      "#include \"maps.h\"\nint f(struct pt_regs *ctx) {\n  u32 k = 1;\n  m.increment(k);\n"
      "  return bpf_map_delete_elem(&m, &k);\n}\n");
  INFO(outcome.errors);
  CHECK(outcome.status == 0);
}

TEST_CASE("what a ring buffer carries is still known", "[worker][map_calls]") {
  const Compiler compiler;
  for (const char* argument : {"&e", "(void *)&e", "(void *)(&e)", "p", "(p)", "((struct event *)p)"}) {
    const auto outcome = compiler.compile(
        std::string("struct event { u32 pid; u64 time; };\nBPF_RINGBUF_OUTPUT(r, 8);\nint f(struct pt_regs *ctx) {\n"
                    "  struct event e = {}, *p = &e;\n  r.ringbuf_output(") +
        argument + ", sizeof(e), 0);\n  return 0;\n}\n");
    INFO(argument << "\n" << outcome.errors);
    REQUIRE(outcome.status == 0);
    const auto event = compiler.object().find_map("r")->event;
    REQUIRE(event.size() == 2);
    CHECK(event[1].name == "time");
  }
}

TEST_CASE("uses of maps that cannot work are told", "[worker][map_calls]") {
  struct Wrong {
    const char* what;
    const char* text;
    const char* message;
  };
  const Wrong wrongs[] = {
      {"old order of BPF_HASH_OF_MAPS",
       "BPF_ARRAY(a, u64, 2);\nBPF_HASH_OF_MAPS(m, \"a\", 2);\nint f(struct pt_regs *ctx) { return 0; }\n",
       "prog.c:2:21: error: BPF_HASH_OF_MAPS takes the type of the key before the name of the inner map"},
      {"map kept in a pointer",
       "BPF_HASH(m, u32, u64);\nint f(struct pt_regs *ctx) {\n  u32 k = 1;\n  void *p = &m;\n"
       "  return bpf_map_delete_elem(p, &k);\n}\n",
       "prog.c:5: error: f uses a global or static variable, a map as a pointer"},
      {"method through a macro",
       "BPF_HASH(m, u32, u64);\n#define COUNT(map, key) map.increment(key)\nint f(struct pt_regs *ctx) {\n"
       "  COUNT(m, 1);\n  return 0;\n}\n",
       "prog.c:4:9: error: cannot use map function inside a macro"},
      {"increment of a per-CPU hash that a macro of the text declares",
       "#define COUNTS(name) BPF_PERCPU_HASH(name, u32, u64)\nCOUNTS(m);\nint f(struct pt_regs *ctx) {\n"
       "  m.increment(1);\n  return 0;\n}\n",
       "prog.c:4: error: increment would make no keys in m"},
      {"mistake behind an increment that is spelt out",
       "BPF_PERCPU_HASH(m, u32, u64);\nint f(struct pt_regs *ctx) {\n  m.increment(1); return nowhere;\n}\n",
       "prog.c:3:26: error: use of undeclared identifier 'nowhere'"},
      {"string into a ring buffer",
       "BPF_RINGBUF_OUTPUT(r, 8);\nint f(struct pt_regs *ctx) {\n  return r.ringbuf_output(\"text\", 5, 0);\n}\n",
       "prog.c:3: error: f uses a global or static variable, a map as a pointer, a string in memory"},
      {"call of nothing", "int f(struct pt_regs *ctx) {\n  int x = 1;\n  return no_such_function(ctx, x);\n}\n",
       "prog.c:3: error: f calls a function that is neither a helper of the kernel nor inlined"},
      {"mistake beside an increment that is spelt out",
       "BPF_PERCPU_HASH(m, u32, u64);\nint f(struct pt_regs *ctx) {\n  m.increment(1); m.increment(2);\n"
       "  return nowhere;\n}\n",
       "prog.c:4:10: error: use of undeclared identifier 'nowhere'"},
  };
  const Compiler compiler;
  for (const auto& wrong : wrongs) {
    const auto outcome = compiler.compile(wrong.text);
    INFO(wrong.what << ":\n" << wrong.text << "---\n" << outcome.errors);
    CHECK(outcome.status == 1);
    CHECK(outcome.errors.find(wrong.message) != std::string::npos);
  }
}
