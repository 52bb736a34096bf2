// Format files as kernels print them, and the structs a text sees.

#include "compiler_worker/tracepoint_format.hpp"

#include <catch2/catch.hpp>

using bccxx::worker::find_tracepoints;
using bccxx::worker::tracepoint_struct;

namespace {

constexpr const char* common =
    "name: x\nID: 1\nformat:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
    "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n";

}  // namespace

TEST_CASE("a system call's record", "[worker]") {
  const auto text = tracepoint_struct("syscalls", "sys_enter_execve",
                                      std::string(common) +
                                          "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
                                          "\tfield:const char * filename;\toffset:16;\tsize:8;\tsigned:0;\n"
                                          "\tfield:const char *const * argv;\toffset:24;\tsize:8;\tsigned:0;\n"
                                          "\nprint fmt: \"filename: 0x%08lx\"\n");
  CHECK(text ==
        "struct tracepoint__syscalls__sys_enter_execve { u64 __do_not_use__; s32 __syscall_nr; char __pad_12[4]; "
        "const char * filename; const char *const * argv; }; ");
}

TEST_CASE("arrays, strings elsewhere, and scalars by their size", "[worker]") {
  const auto text = tracepoint_struct("c", "e",
                                      std::string(common) +
                                          "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
                                          "\tfield:char other[TASK_COMM_LEN];\toffset:24;\tsize:16;\tsigned:0;\n"
                                          "\tfield:__data_loc char[] name;\toffset:40;\tsize:4;\tsigned:0;\n"
                                          "\tfield:bool ok;\toffset:44;\tsize:1;\tsigned:0;\n"
                                          "\tfield:dev_t dev;\toffset:48;\tsize:4;\tsigned:0;\n"
                                          "\tfield:long state;\toffset:56;\tsize:8;\tsigned:1;\n");
  CHECK(text ==
        "struct tracepoint__c__e { u64 __do_not_use__; char comm[16]; char other[16 / sizeof(char)]; "
        "int data_loc_name; bool ok; char __pad_45[3]; u32 dev; char __pad_52[4]; s64 state; }; ");
}

TEST_CASE("common fields beyond the eighth byte are passed over", "[worker]") {
  const auto text =
      tracepoint_struct("c", "e",
                        std::string(common) +
                            "\tfield:unsigned char common_preempt_lazy_count;\toffset:8;\tsize:1;\tsigned:0;\n"
                            "\tfield:int x;\toffset:12;\tsize:4;\tsigned:1;\n");
  CHECK(text == "struct tracepoint__c__e { u64 __do_not_use__; char __pad_8[4]; s32 x; }; ");
}

TEST_CASE("address spaces of the kernel's pointers are left out", "[worker]") {
  const auto text = tracepoint_struct("percpu", "percpu_free_percpu",
                                      std::string(common) +
                                          "\tfield:void __seg_gs * ptr;\toffset:8;\tsize:8;\tsigned:0;\n"
                                          "\tfield:int __seg_fs*other;\toffset:16;\tsize:8;\tsigned:0;\n");
  CHECK(text == "struct tracepoint__percpu__percpu_free_percpu { u64 __do_not_use__; void * ptr; int * other; }; ");
}

TEST_CASE("the text's tracepoints are found once each, with their line", "[worker]") {
  const auto found = find_tracepoints(
      "int x;\nTRACEPOINT_PROBE(no_such_category, event__with__underscores) { return 0; }\n"
      "int f(struct tracepoint__no_such_category__event__with__underscores *args);\n"
      "TRACEPOINT_PROBE ( other , event )\n"
      "RAW_TRACEPOINT_PROBE(sched_switch) { return 0; }\nint tracepoint__no__struct(void *args);\n",
      "int g(struct tracepoint__in__header *);\n");
  REQUIRE(found.size() == 3);
  CHECK(found[2].category == "in");
  CHECK(found[2].event == "header");
  CHECK(found[2].line == 0);
  CHECK(found[0].category == "no_such_category");
  CHECK(found[0].event == "event__with__underscores");
  CHECK(found[0].line == 2);
  CHECK(found[0].declaration.empty());
  CHECK_FALSE(found[0].problem.empty());
  CHECK(found[1].category == "other");
  CHECK(found[1].line == 4);
}
