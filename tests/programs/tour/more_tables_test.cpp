// The programs of the tour that show build-id stacks, tables of two objects, kinds beyond bcc's dialect, any map at
// all.
#include <bccxx/bpf.hpp>

#include <catch2/catch.hpp>

#include "programs/tour/json_lines.hpp"

namespace {

using namespace programs_test;

}  // namespace

TEST_CASE("map_shared shows how long programs ran, from two objects with one table", "[tour][any_kernel]") {
  const std::string comm = unique_name("s");
  TracingProgram program("map_shared", {"3600", "--json", "--comm", comm});
  run_load("execload", {"3", comm});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  INFO(finished.out);
  const auto printed = json_lines(finished.out);
  REQUIRE(printed.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(printed[i]["comm"] == comm);
    CHECK(printed[i]["ms"].get<double>() > 0);
  }
  CHECK(printed[0]["pid"] < printed[1]["pid"]);
  CHECK(printed[1]["pid"] < printed[2]["pid"]);
  CHECK(printed[3]["running"] == 0);
}

TEST_CASE("map_stack_build_id names the stacks of processes that have gone", "[tour]") {
  const auto binary = load_command("mallocload", {})[0];
  TracingProgram program("map_stack_build_id", {binary, "3600", "--json"});
  for (int i = 0; i < 2; ++i) {
    Process load({binary});
    load.write_line("go");
    REQUIRE(load.wait().ended == "exit 0");
  }
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");
  INFO(finished.out << finished.err);
  std::uint64_t in_main = 0;
  for (const auto& row : json_lines(finished.out)) {
    const std::string stack = row["stack"];
    // A probe at the first instruction may miss the direct caller, never main.
    if (stack.find("malloc") == std::string::npos || stack.find(";main+") == std::string::npos) continue;
    in_main += row["bytes"].get<std::uint64_t>();
  }
  CHECK(in_main == 2 * (10 * 100 + 4 * 5000));
}

TEST_CASE("map_bloom_filter knows each name again, and few strangers", "[tour]") {
  const std::string comm = unique_name("b").substr(0, 15);
  const auto run = [&](const std::string& load) {
    TracingProgram program("map_bloom_filter", {"3600", "--json", "--ask", comm});
    run_load("execload", {"3", load});
    return json_lines(program.interrupt().out).back();
  };
  const auto known = run(comm);
  CHECK(known["asked"] == true);
  CHECK(known["first"].get<int>() >= 1);
  CHECK(known["again"].get<int>() >= 2);
  CHECK(known["wrong"].get<int>() < 1000);
  CHECK(run(unique_name("x"))["asked"] == false);
}

TEST_CASE("map_user_ring_buffer gets every number that found room", "[tour]") {
  const auto run = [](const std::string& numbers) {
    return json_lines(run_program("map_user_ring_buffer", {"0.01", "3", "--json", "--numbers", numbers}).out);
  };
  const auto few = run("10");
  REQUIRE(few.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(few[i]["refused"] == 0);
    CHECK(few[i]["count"] == 10 * (i + 1));
    CHECK(few[i]["sum"] == 55 * (i + 1));
  }
  // 16 bytes for each number and its head: 256 fill the 4096 bytes.
  const auto many = run("300");
  REQUIRE(many.size() == 3);
  CHECK(many[0]["count"] == 300 - many[0]["refused"].get<int>());
  CHECK(many[0]["count"].get<int>() >= 255);
  CHECK(many[0]["refused"].get<int>() >= 44);
}

TEST_CASE("map_dump prints a map of another program by its types", "[tour][any_kernel]") {
  const bccxx::BPF bpf(
      "struct who { u32 uid; char comm[16]; };\nstruct what { u64 calls; s32 last; u32 flags; };\n"
      "BPF_HASH(seen, struct who, struct what, 16);\nBPF_QUEUE(queue, u64, 4);\n"
      "int nothing(struct pt_regs *ctx) { return 0; }\n");
  const auto table = bpf.get_table("seen");
  table.update(R"({"uid": 7, "comm": "sh"})", R"({"calls": 42, "last": -1, "flags": 3})");
  const auto id = std::to_string(bpf.get_map("seen")->info().id);
  const auto finished = run_program("map_dump", {id});
  CHECK(finished.ended == "exit 0");
  CHECK(finished.out ==
        "hash seen: 1 entries of 16\n"
        "{uid: 7, comm: \"sh\"} -> {calls: 42, last: -1, flags: 3}\n");
  const auto json = json_lines(run_program("map_dump", {id, "--json"}).out);
  REQUIRE(json.size() == 1);
  CHECK(json[0]["key"] == "{uid: 7, comm: \"sh\"}");

  CHECK(run_program("map_dump", {std::to_string(bpf.get_map("queue")->info().id)}).ended == "exit 2");
  CHECK(run_program("map_dump", {"/sys/fs/bpf/nothing/there"}).ended == "exit 2");
}
