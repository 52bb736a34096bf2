// Reasons and source lines out of verifier logs, as kernels of several ages write them.

#include "runtime/verifier_log.hpp"

#include <catch2/catch.hpp>

using bccxx::runtime::read_verifier_log;

TEST_CASE("the reason is the last line that is no instruction, state or statistic") {
  const auto verdict = read_verifier_log(
      "0: R1=ctx() R10=fp0\n"
      "; __u64* value = bpf_map_lookup_elem(&values, &key); @ prog.c:17\n"
      "5: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=values,ks=4,vs=8)\n"
      "; return *value; @ prog.c:18\n"
      "6: (79) r0 = *(u64 *)(r0 +0)\n"
      "R0 invalid mem access 'map_value_or_null'\n"
      "verification time 52 usec\n"
      "stack depth 8\n"
      "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n",
      "", "");
  CHECK(verdict.summary == "R0 invalid mem access 'map_value_or_null'");
  CHECK(verdict.source_line == "prog.c:18: return *value;");
}

TEST_CASE("a reason has no full stop of its own") {
  CHECK(read_verifier_log("The sequence of 8193 jumps is too complex.\nprocessed 1 insns\n", "", "").summary ==
        "The sequence of 8193 jumps is too complex");
}

TEST_CASE("before 6.8 a line comes without its position, which the program's text gives") {
  const std::string log =
      "0: R1=ctx(off=0,imm=0) R10=fp0\n"
      "; return *value;\n"
      "6: (79) r0 = *(u64 *)(r0 +0)\n"
      "R0 invalid mem access 'map_value_or_null'\n"
      "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";
  CHECK(read_verifier_log(log, "int f() {\n  return *value;\n}\n", "<text>").source_line == "<text>:2: return *value;");
  CHECK(read_verifier_log(log, "return *value;\nreturn *value;\n", "<text>").source_line == "return *value;");
  CHECK(read_verifier_log(log, "", "").source_line == "return *value;");
}

TEST_CASE("kernels from 7.3 write a report under headings") {
  const auto verdict = read_verifier_log(
      "0: R1=ctx() R10=fp0\n"
      "; return n; @ prog.c:3\n"
      "0: (95) exit\n"
      "R0 !read_ok\n"
      "\n"
      "Verification failed: Register Type Safety: Unreadable register\n"
      "\n"
      "Reason:\n"
      "  R0 has never been set on this path.\n"
      "\n"
      "At:\n"
      "  insn 0\n"
      "        | ^-- error: R0 is not readable\n"
      "\n"
      "Suggestion:\n"
      "  Set R0 before this instruction.\n"
      "\n"
      "processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n",
      "", "");
  CHECK(verdict.summary == "Register Type Safety: Unreadable register: R0 has never been set on this path.");
  CHECK(verdict.source_line == "prog.c:3: return n;");
}

TEST_CASE("a summary is never empty") {
  CHECK(read_verifier_log("", "", "").summary == "no reason given");
  CHECK(read_verifier_log("processed 0 insns\n", "", "").summary == "no reason given");
  CHECK(read_verifier_log("unreachable insn 3", "", "").summary == "unreachable insn 3");
}
