// Wrong texts: what is said, where, and that nothing crashes.

#include "compile/worker/run_bccxx_cc.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using bccxx::test::Compiler;

namespace {

struct Wrong {
  const char* what;
  const char* text;
  const char* message;  ///< must be in the errors
};

const Wrong wrongs[] = {
    {"undeclared name", "int f(struct pt_regs *ctx) {\n  return y;\n}\n",
     "prog.c:2:10: error: use of undeclared identifier 'y'"},
    {"after a tracepoint's struct was put in",
     "TRACEPOINT_PROBE(sched, sched_switch) {\n  return 0;\n}\n\nint f(struct pt_regs *ctx) {\n  return z;\n}\n",
     "prog.c:6:10: error: use of undeclared identifier 'z'"},
    {"in the line of a tracepoint", "TRACEPOINT_PROBE(sched, sched_switch) { return args->no_such; }\n",
     "prog.c:1:54: error: no member named 'no_such' in 'struct tracepoint__sched__sched_switch'"},
    {"in the line of the parameters",
     "#include <linux/sched.h>\nint f(struct pt_regs *ctx, struct task_struct *p) { return p->no_such; }\n",
     "prog.c:2:63: error: no member named 'no_such' in 'struct task_struct'"},
    {"after a read and a map call in the same line",
     "#include <linux/sched.h>\nBPF_HASH(h, u32);\nint f(struct pt_regs *ctx, struct task_struct *p) {\n"
     "  u32 k = p->parent->pid; h.increment(k); return nowhere;\n}\n",
     "prog.c:4:50: error: use of undeclared identifier 'nowhere'"},
    {"after a byte-order mark", "\xef\xbb\xbfint f(struct pt_regs *ctx) { return nowhere; }\n",
     "prog.c:1:37: error: use of undeclared identifier 'nowhere'"},
    {"lines that end as Windows ends them",
     "BPF_HASH(h, u32);\r\n#define TWO(a, b) a; \\\r\n  b\r\nint f(struct pt_regs *ctx) {\r\n"
     "  TWO(u32 k = 1, k++);\r\n  return nowhere;\r\n}\r\n",
     "prog.c:6:10: error: use of undeclared identifier 'nowhere'"},
    {"within a macro of a header of ours",
     "#include <bccxx/strings.h>\nint f(struct pt_regs *ctx) { char a[4] = {}; return bccxx_equals(a, 5); }\n",
     "<bccxx/strings.h>:"},
    {"within a macro of libbcc's", "BPF_HASH(h, struct nowhere);\n", "<bcc/helpers.h>:"},
    {"incomplete key", "BPF_HASH(x, struct nowhere);\nint f(struct pt_regs *ctx) { x.increment(1); return 0; }\n",
     "prog.c:1:1: error: field has incomplete type 'struct nowhere'"},
    {"no arguments", "BPF_HASH(x);\nint f(struct pt_regs *ctx) {\n  x.lookup();\n  return 0;\n}\n",
     "prog.c:3:12: error: too few arguments"},
    {"call of another program", "int g(int x);\nint f(struct pt_regs *ctx) {\n  return g(1);\n}\n",
     "prog.c:3:10: error: cannot call non-static helper function"},
    {"too many parameters",
     "int f(struct pt_regs *ctx, long a, long b, long c, long d, long e, long g, long h) { return 0; }\n",
     "error: too many arguments"},
    {"nameless parameter", "int f(struct pt_regs *ctx, int) {\n", "error: "},
    {"global variable", "static int counter = 3;\nint f(struct pt_regs *ctx) {\n  return counter++;\n}\n",
     "prog.c:3: error: f uses a global or static variable"},
    {"unknown map type", "BPF_TABLE(\"bloom_filter\", u32, u32, b, 10);\n",
     "prog.c:1:1: error: unsupported map type: maps/bloom_filter (libbcc has none; an object of another compiler can"},
    {"more values than a helper takes",
     "int f(struct pt_regs *ctx) {\n  bpf_trace_printk(\"%d %d %d %d\", 1, 2, 3, 4);\n  return 0;\n}\n",
     "a helper takes 5 arguments: bpf_trace_printk a format and 3 values"},
    {"a file's name", "prog.c", "prog.c:1:1: error: the text is a file's name: BPF::from_file(\"prog.c\") reads it"},
    {"missing header of nobody's", "#include <nosuch.h>\nint f(struct pt_regs *ctx) { return 0; }\n",
     "prog.c:1:10: fatal error: 'nosuch.h' file not found"},
    {"missing header of a project", "#include <project/limits.h>\nint f(struct pt_regs *ctx) { return LIMIT; }\n",
     "prog.c:1:10: fatal error: 'project/limits.h' file not found"},
    {"stack too large",
     "int f(struct pt_regs *ctx) {\n  char buf[600] = {};\n  bpf_get_current_comm(buf, 600);\n"
     "  bpf_trace_printk(\"%s\", buf);\n  return 0;\n}\n",
     "stack limit of 512 bytes is exceeded"},
    {"missing member",
     "#include <linux/sched.h>\nint f(struct pt_regs *ctx) {\n"
     "  struct task_struct *t = (void *)bpf_get_current_task();\n  return t->no_such_member;\n}\n",
     "prog.c:4:13: error: no member named 'no_such_member' in 'struct task_struct'"},
    {"missing header", "#include \"nowhere.h\"\nint f(struct pt_regs *ctx) { return 0; }\n",
     "prog.c:1:10: fatal error: 'nowhere.h' file not found"},
    {"missing inner map", "\nBPF_ARRAY_OF_MAPS(outer, \"missing\", 4);\nint f(struct pt_regs *ctx) { return 0; }\n",
     "prog.c:2: error: the text has no map with the name that outer gives for its inner map"},
    {"defined twice", "int f(struct pt_regs *ctx) { return 0; }\nint f(struct pt_regs *ctx) { return 1; }\n",
     "prog.c:2:5: error: redefinition of 'f'"},
    {"no such tracepoint", "\nTRACEPOINT_PROBE(no_such, event_here) { return args->x; }\n", "prog.c:2: error: "},
    {"not C at all", "garbage $$$ text\n", "prog.c:1:1: error: unknown type name 'garbage'"},
};

}  // namespace

TEST_CASE("wrong texts are told, never a crash", "[worker]") {
  const Compiler compiler;
  for (const auto& wrong : wrongs) {
    const auto outcome = compiler.compile(wrong.text);
    INFO(wrong.what << ":\n" << wrong.text << "---\n" << outcome.errors);
    CHECK(outcome.status == 1);
    CHECK(outcome.errors.find(wrong.message) != std::string::npos);
    CHECK(outcome.errors.find("/bccxx-cc-") == std::string::npos);
    CHECK(outcome.errors.find("clang -") == std::string::npos);
    CHECK(outcome.output.empty());
    CHECK_FALSE(std::filesystem::exists(compiler.path("prog.bpf.o")));
  }
}

TEST_CASE("a text cut off anywhere is refused or compiled, never a crash", "[worker]") {
  const std::string whole =
      "#include <linux/sched.h>\nstruct key_t { char comm[TASK_COMM_LEN]; };\nBPF_HASH(counts, struct key_t);\n"
      "int f(struct pt_regs *ctx, int fd) {\n  struct key_t key = {};\n  u64 zero = 0, *n;\n"
      "  bpf_get_current_comm(&key.comm, sizeof(key.comm));\n  n = counts.lookup_or_try_init(&key, &zero);\n"
      "  if (n) (*n)++;\n  return 0;\n}\n";
  const Compiler compiler;
  for (std::size_t size = 7; size < whole.size(); size += 31) {
    const auto outcome = compiler.compile(whole.substr(0, size));
    INFO(whole.substr(0, size) << "---\n" << outcome.errors);
    CHECK((outcome.status == 0 || outcome.status == 1));
    if (outcome.status == 1) CHECK(outcome.errors.find("prog.c:") != std::string::npos);
  }
}

TEST_CASE("of a tracepoint that is not there no more is told than that", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(
      "BPF_HASH(counts, u32);\nTRACEPOINT_PROBE(no_such, event_here) {\n  return args->x;\n}\n"
      "int f(struct pt_regs *ctx) { return nowhere; }\n");
  CHECK(outcome.status == 1);
  CHECK(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 2);
  CHECK_THAT(outcome.errors, Catch::Contains("prog.c:2: error: ") && Catch::Contains("use of undeclared identifier"));
}

TEST_CASE("warnings do not stop the compiler", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile("#warning look here\nint f(struct pt_regs *ctx) { return 0; }\n");
  CHECK(outcome.status == 0);
  CHECK(outcome.errors.find("prog.c:1:2: warning: look here") != std::string::npos);
}

TEST_CASE("a text that clears and copies memory as bcc's do has nothing to be warned of", "[worker]") {
  const Compiler compiler;
  const auto outcome = compiler.compile(
      "struct data_t { u64 time; char comm[16]; };\n"
      "int f(struct pt_regs *ctx) {\n  struct data_t data, copy;\n  memset(&data, 0, sizeof(data));\n"
      "  bpf_get_current_comm(&data.comm, sizeof(data.comm));\n  memcpy(&copy, &data, sizeof(copy));\n"
      "  return copy.time;\n}\n");
  CHECK(outcome.status == 0);
  CHECK(outcome.errors.empty());
}
