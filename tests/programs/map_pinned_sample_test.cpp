// A table that outlives its program, shared by others, and in the way of one of another shape.

#include <bccxx/tables/array.hpp>
#include <bccxx/tables/map.hpp>

#include <catch2/catch.hpp>

#include <filesystem>

#include "pin_folder.hpp"
#include "run_program.hpp"

namespace {

using namespace programs_test;
namespace fs = std::filesystem;

struct Shown {
  std::string first_line;
  std::vector<std::pair<long, long>> rounds;  ///< of root, of everybody else
};

Shown shown(const std::string& out) {
  const auto printed = lines(out);
  REQUIRE(printed.size() % 3 == 1);
  Shown result{printed[0], {}};
  for (std::size_t i = 1; i < printed.size(); i += 3) {
    CHECK(printed[i] == "----new round-----");
    REQUIRE(printed[i + 1].rfind("0: ", 0) == 0);
    REQUIRE(printed[i + 2].rfind("1: ", 0) == 0);
    CHECK(printed[i + 1].find(" uid/count") == printed[i + 1].size() - 10);
    result.rounds.emplace_back(std::stol(printed[i + 1].substr(3)), std::stol(printed[i + 2].substr(3)));
  }
  return result;
}

struct Run {
  Run(const std::string& path, const std::string& comm)
      : program("map_pinned_sample", {"3600", "--keep", "--path", path, "--comm", comm}) {
    // The first round shows what was there before.
    program.wait_until([this] { return program.out().find("\n1: ") != std::string::npos; });
  }
  Shown end() {
    const auto finished = program.interrupt();
    CHECK(finished.ended == "exit 0");
    return shown(finished.out);
  }
  TracingProgram program;
};

using Rounds = std::vector<std::pair<long, long>>;

}  // namespace

TEST_CASE("map_pinned_sample counts on where the last run ended, until its pin goes", "[pin]") {
  const PinFolder folder;
  const auto path = folder / "deep/er/uidcnt";
  const auto comm = unique_name("p");

  Run first(path, comm);
  run_load("execload", {"5", comm});
  run_load("execload", {"2", comm, "65534"});
  auto printed = first.end();
  CHECK(printed.first_line == "pinned: created " + path);
  CHECK(printed.rounds == Rounds{{0, 0}, {5, 2}});

  const auto map = bccxx::Map::open_pinned(path);
  const bccxx::ArrayTable<long> table(map);
  CHECK(table.values() == std::vector<long>{5, 2});
  table.update(0, 100);

  Run second(path, comm);
  run_load("execload", {"1", comm});
  run_load("execload", {"1", comm, "65534"});
  printed = second.end();
  CHECK(printed.first_line == "pinned: reusing " + path + " (id " + std::to_string(map->info().id) + ")");
  CHECK(printed.rounds == Rounds{{100, 2}, {101, 3}});

  CHECK(run_program("map_pinned_sample", {"--unpin", "--path", path}).ended == "exit 0");
  CHECK_FALSE(fs::exists(path));
  printed = Run(path, comm).end();
  CHECK(printed.first_line == "pinned: created " + path);
  CHECK(printed.rounds == Rounds{{0, 0}, {0, 0}});
}

TEST_CASE("two map_pinned_sample at once count in one table", "[pin][any_kernel]") {
  const PinFolder folder;
  const auto path = folder / "uidcnt";
  const auto comm = unique_name("p");
  Run one(path, comm);
  Run other(path, comm);
  run_load("execload", {"4", comm, "65534"});
  const auto of_one = one.end();
  const auto of_other = other.end();
  CHECK(of_one.first_line == "pinned: created " + path);
  CHECK(of_other.first_line.rfind("pinned: reusing " + path, 0) == 0);
  // Each of the two counts every call.
  CHECK(of_one.rounds.back() == std::pair(0L, 8L));
  CHECK(of_other.rounds.back() == std::pair(0L, 8L));
}

TEST_CASE("map_pinned_sample without --keep sets its counts back to 0", "[pin][any_kernel]") {
  const PinFolder folder;
  const auto path = folder / "uidcnt";
  CHECK(run_program("map_pinned_sample", {"0.1", "2", "--path", path, "--comm", unique_name("p")}).ended == "exit 0");
  const bccxx::ArrayTable<long> table(bccxx::Map::open_pinned(path));
  table.update(1, 7);
  const auto finished = run_program("map_pinned_sample", {"0.1", "2", "--path", path, "--comm", unique_name("p")});
  CHECK(finished.ended == "exit 0");
  CHECK(shown(finished.out).rounds == Rounds{{0, 7}, {0, 0}});
}

TEST_CASE("map_pinned_sample leaves a pinned table of another shape alone", "[pin][any_kernel]") {
  const PinFolder folder;
  const auto path = folder / "uidcnt";
  const bccxx::MapDeclaration other =
      GENERATE(bccxx::MapDeclaration{bccxx::MapKind::hash, "other", 4, 8, 2, 0, 0},
               bccxx::MapDeclaration{bccxx::MapKind::array, "other", 4, 8, 16, 0, 0},
               bccxx::MapDeclaration{bccxx::MapKind::array, "other", 4, 4, 2, 0, 0},
               bccxx::MapDeclaration{bccxx::MapKind::array, "other", 4, 8, 2, 1024 /* BPF_F_MMAPABLE */, 0});
  bccxx::Map::create(other)->pin(path);
  const auto id = bccxx::Map::open_pinned(path)->info().id;

  const auto finished = run_program("map_pinned_sample", {"--path", path});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.out.empty());
  INFO(finished.err);
  const auto shape = [](const bccxx::MapDeclaration& of) {
    return to_string(of.kind) + ", key 4 bytes, value " + std::to_string(of.value_size) + " bytes, " +
           std::to_string(of.max_entries) + " entries";
  };
  CHECK(finished.err.find(shape(other)) != std::string::npos);
  CHECK(finished.err.find("not array, key 4 bytes, value 8 bytes, 2 entries, flags 0x0") != std::string::npos);
  CHECK(finished.err.find(path) != std::string::npos);
  CHECK(bccxx::Map::open_pinned(path)->info().id == id);
}

TEST_CASE("map_pinned_sample makes nothing outside a BPF file system", "[pin][any_kernel]") {
  const auto place = fs::temp_directory_path() / unique_name("pin");
  const auto finished = run_program("map_pinned_sample", {"--path", (place / "deep/uidcnt").string()});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.err.find("BPF file system") != std::string::npos);
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE("map_table_sample counts in a pinned table, too", "[pin][any_kernel]") {
  const PinFolder folder;
  const auto path = folder / "uidcnt";
  const std::vector<std::string> arguments = {"0.01", "2", "--backend", "pinned:" + path};
  auto finished = run_program("map_table_sample", arguments);
  CHECK(finished.ended == "exit 0");
  CHECK(shown(finished.out).first_line == "pinned: created " + path);

  const auto map = bccxx::Map::open_pinned(path);
  const bccxx::ArrayTable<long> table(map);
  table.update(1, 1000000);
  finished = run_program("map_table_sample", arguments);
  const auto printed = shown(finished.out);
  CHECK(printed.first_line == "pinned: reusing " + path + " (id " + std::to_string(map->info().id) + ")");
  REQUIRE(printed.rounds.size() == 2);
  CHECK(printed.rounds[0].second >= 1000000);
  CHECK(printed.rounds[1].second < 1000000);
}

TEST_CASE("map_pinned_sample says when there is no pin to remove", "[pin][any_kernel]") {
  const PinFolder folder;
  const auto finished = run_program("map_pinned_sample", {"--unpin", "--path", folder / "uidcnt"});
  CHECK(finished.ended == "exit 2");
  CHECK(finished.err.find(folder / "uidcnt") != std::string::npos);
}
