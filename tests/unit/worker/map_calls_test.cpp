// What is put into a text where it calls maps.

#include "compiler_worker/map_calls.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using bccxx::worker::complete_map_calls;
using bccxx::worker::increments_in;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
auto line_count(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

TEST_CASE("increment of maps that libbcc leaves without new keys is spelt out", "[worker]") {
  const std::string declaration = GENERATE("BPF_PERCPU_HASH(m, u32);", "BPF_TABLE(\"lru_hash\", u32, u64, m, 10);",
                                           "BPF_F_TABLE(\"lru_percpu_hash\", u32, u64, m, 10, 0);",
                                           "BPF_TABLE_PUBLIC(\"percpu_hash\", u32, u64, m, 9);",
                                           "BPF_TABLE_PINNED(\"lru_hash\", u32, u64, m, 9, \"/sys/fs/bpf/x\");");
  const auto completed = complete_map_calls(declaration + "\nvoid f() { m.increment(key, 2); }\n");
  INFO(completed.text);
  CHECK(has(completed.text, declaration));
  CHECK_FALSE(has(completed.text, "increment"));
  CHECK(has(completed.text, "m.lookup_or_try_init(&bccxx_key, &bccxx_zero)"));
  CHECK(has(completed.text, "bccxx_key = key; typeof(m.leaf) bccxx_step =  2;"));
}

TEST_CASE("a map that an included text declares is known", "[worker]") {
  const auto completed =
      complete_map_calls("void f() { m.increment(1); bpf_map_lookup_elem(&m, &k); bpf_map_lookup_elem(&other, &k); }",
                         "// BPF_HASH(other);\nBPF_PERCPU_HASH(m, u32);\n");
  INFO(completed.text);
  CHECK(has(completed.text, "m.lookup_or_try_init("));
  CHECK(completed.named_maps == std::vector<std::string>{"m"});
}

TEST_CASE("calls of increment that are left to libbcc are listed", "[worker]") {
  const auto uses = increments_in(complete_map_calls("BPF_PERCPU_HASH(known);\nvoid f() {\n  known.increment(1);\n"
                                                     "  one.increment(1); // two.increment(1)\n"
                                                     "  other . atomic_increment (1);\n  three.lookup(&k);\n}\n")
                                      .text);
  REQUIRE(uses.size() == 2);
  CHECK(uses[0].map == "one");
  CHECK(uses[0].line == 4);
  CHECK(uses[1].map == "other");
  CHECK(uses[1].line == 5);
}

TEST_CASE("other maps and other texts stay as they are", "[worker]") {
  for (const char* text :
       {"BPF_HASH(m);\nvoid f() { m.increment(1); }", "BPF_ARRAY(m);\nvoid f() { m.increment(1); }",
        "BPF_TABLE(\"hash\", u32, u64, m, 1);\nvoid f() { m.increment(1); }",
        "BPF_PERCPU_HASH(m);\n// m.increment(1)\n/* m.increment(1) */ char *c = \"m.increment(1)\";",
        "BPF_PERCPU_HASH(m);\nvoid f() { x.increment(1); m.lookup(&k); m.increment(",
        "BPF_HASH(m);\nvoid f() { u64 x; bpf_probe_read(&m, 8, p); bpf_map_lookup_elem(&other, &m); }",
        "BPF_RINGBUF_OUTPUT(r, 8);\nvoid f() { r.ringbuf_output(&e, 8, 0); r.ringbuf_output((void *)&e, 8, 0); }",
        "// r.ringbuf_output(a, 8, 0)\nvoid f() { r.ringbuf_output(); r.ringbuf_output(a); r.ringbuf_output( ,",
        "BPF_HASH_OF_MAPS(o, int, \"i\", 9);\nBPF_HASH_OF_MAPS(p, \"i\");", "\"unclosed\n'", "/* unclosed", "",
        "BPF_HASH("}) {
    const auto completed = complete_map_calls(text);
    CHECK(completed.text == text);
    CHECK(completed.named_maps.empty());
    CHECK(completed.problems.empty());
  }
}

TEST_CASE("lines stay where they are", "[worker]") {
  const std::string text =
      "BPF_PERCPU_HASH(m, struct key_t);\nint f(void *ctx) {\n  m\n    .increment(\n      (struct key_t){1, 2}\n      "
      ",\n"
      "      g(1, 2)\n    );\n  m.atomic_increment(a[1,\n 2]); here();\n  bpf_map_delete_elem(\n&\nm,\n &k);\n}\n";
  const auto completed = complete_map_calls(text);
  INFO(completed.text);
  CHECK(line_count(completed.text) == line_count(text));
  const auto line_of = [](const std::string& of, const char* part) {
    return std::count(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.find(part)), '\n');
  };
  for (const char* part : {"struct key_t){1, 2}", "g(1, 2)", "here()", "&k);"})
    CHECK(line_of(completed.text, part) == line_of(text, part));
  CHECK(has(completed.text, "lock_xadd("));
}

TEST_CASE("helpers are given maps by numbers, each map its own", "[worker]") {
  const auto completed = complete_map_calls(
      "BPF_HASH(one);\nBPF_XSKMAP(two, 4);\nint f(void *ctx) {\n  bpf_map_lookup_elem(&one, &k);\n"
      "  bpf_perf_event_output(ctx, (void *)&two, 1);\n  bpf_map_update_elem( & one , &k, &two, 0);\n}\n");
  INFO(completed.text);
  CHECK(completed.named_maps == std::vector<std::string>{"one", "two"});
  CHECK(has(completed.text, "bpf_map_lookup_elem(((void *)bpf_pseudo_fd(1, 0x6bcc0000)), &k);"));
  CHECK(has(completed.text, "bpf_pseudo_fd(1, 0x6bcc0001)), 1);"));
  CHECK(has(completed.text, "0x6bcc0000)) , &k, &two, 0);"));
}

TEST_CASE("a name where the type of the key belongs is pointed at", "[worker]") {
  const auto completed = complete_map_calls("BPF_ARRAY(a, u64, 2);\n  BPF_HASH_OF_MAPS(m, \"a\", 2);\n");
  REQUIRE(completed.problems.size() == 1);
  CHECK(completed.problems[0].line == 2);
  CHECK(completed.problems[0].column == 23);
  CHECK(has(completed.problems[0].message, "type of the key"));
}
