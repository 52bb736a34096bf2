// What the tokeniser finds in a text.
#include "compiler_worker/kernel_headers/source_facts.hpp"

#include <catch2/catch.hpp>

#include <string_view>
#include <vector>

using bccxx::worker::read_source;
using bccxx::worker::SourceFacts;

namespace {

SourceFacts facts_of(std::string_view text) {
  SourceFacts facts;
  read_source(text, facts);
  return facts;
}

bool has(const bccxx::worker::NameSet& set, std::string_view name) { return set.count(name) != 0; }

}  // namespace

TEST_CASE("identifiers are found outside comments, literals and numbers", "[source_facts]") {
  const SourceFacts facts = facts_of(
      "/* commented */ int a_1; // line\\\n continued\n char *s = \"in_string \\\" quoted\"; char c = 'x'; u64 n = "
      "0xabcUL;"
      "\n#define M(x) \\\n  spliced(x) /* hidden\n still */ shown\nafter");
  for (const char* name : {"int", "a_1", "char", "s", "c", "u64", "n", "M", "spliced", "x", "shown", "after"}) {
    INFO(name);
    CHECK((has(facts.identifiers, name) || has(facts.defined_macros, name)));
  }
  for (const char* name :
       {"commented", "line", "continued", "in_string", "quoted", "abcUL", "xabcUL", "hidden", "still", "define"}) {
    INFO(name);
    CHECK_FALSE(has(facts.identifiers, name));
  }
}

TEST_CASE("the names of included files are no identifiers", "[source_facts]") {
  const SourceFacts facts =
      facts_of("#include <linux/sched.h>\n # include \"own.h\"\n#include_next <net/sock.h>\nint x;\n");
  CHECK(facts.identifiers == bccxx::worker::NameSet{"int", "x"});
}

TEST_CASE("tags are told from other names, and definitions from uses", "[source_facts]") {
  const SourceFacts facts = facts_of(
      "struct mine { struct theirs *p; u32 pid; };\nunion both_t { int x; };\nenum kind { ONE, TWO = 2, THREE };\n"
      "typedef struct { int x; } alias_t;\nstruct forward;\n"
      "int probe(struct pt_regs *ctx, gfp_t flags) { struct task_struct *t; dev_t local; return 0; }\n");
  for (const char* tag : {"mine", "theirs", "forward", "pt_regs", "task_struct"}) {
    INFO(tag);
    CHECK(has(facts.tags, tag));
  }
  CHECK_FALSE(has(facts.tags, "probe"));
  CHECK(facts.defined_tags == bccxx::worker::NameSet{"mine", "both_t", "kind"});
  for (const char* name : {"ONE", "TWO", "THREE", "alias_t", "probe"}) {
    INFO(name);
    CHECK(has(facts.defined_names, name));
  }
  for (const char* name : {"forward", "gfp_t", "flags", "local", "dev_t", "pid", "x"}) {
    INFO(name);
    CHECK_FALSE(has(facts.defined_names, name));
  }
}

TEST_CASE("the tables a text declares are its own names", "[source_facts]") {
  CHECK_FALSE(has(facts_of("int x = KERNELS;").defined_names, "KERNELS"));
  const SourceFacts facts = facts_of("BPF_HASH(start, pid_t, struct request *);\nBPF_PERF_OUTPUT(events);\n");
  CHECK(has(facts.defined_names, "start"));
  CHECK(has(facts.defined_names, "events"));
  CHECK_FALSE(has(facts.defined_names, "pid_t"));
  CHECK(has(facts.tags, "request"));
}

TEST_CASE("members in use are told from members declared", "[source_facts]") {
  const SourceFacts facts = facts_of("struct e { u16 sk_family; };\nint f() { return sk->sk_state + e.sk_family; }");
  CHECK(has(facts.used_members, "sk_state"));
  CHECK(has(facts.used_members, "sk_family"));
  CHECK(has(facts.declared, "sk_family"));
  CHECK_FALSE(has(facts.declared, "sk_state"));
}

TEST_CASE("macros that compose names are noticed", "[source_facts]") {
  CHECK_FALSE(facts_of("#define F(x) ((x) + 1)\n").composes_names);
  CHECK(facts_of("#define F(x) data_##x\n").composes_names);
  CHECK(facts_of("#define F(x) struct x *\n").composes_names);
}
