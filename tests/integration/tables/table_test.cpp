// Tables without C++ types, which BTF tells how to read and write text.

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/table.hpp>

#include "live_map.hpp"

#include <nlohmann/json.hpp>

#include <array>

using bccxx::Table;

namespace {

struct Key {
  std::int32_t pid;
  char comm[16];
};

enum class Colour : std::uint32_t { red = 0, green = 5 };

struct Value {
  std::int16_t grid[2][3];
  Colour colour;
  std::uint32_t low : 3;
  std::uint32_t high : 7;
  void* where;
  double ratio;
};

std::pair<int, int> describe(btf* types) {
  const int i16 = btf__add_int(types, "short", 2, BTF_INT_SIGNED);
  const int i32 = btf__add_int(types, "int", 4, BTF_INT_SIGNED);
  const int u32 = btf__add_int(types, "unsigned int", 4, 0);
  const int character = btf__add_int(types, "char", 1, BTF_INT_SIGNED);
  const int pid = btf__add_typedef(types, "pid_t", i32);
  const int comm = btf__add_array(types, u32, character, 16);
  const int key = btf__add_struct(types, "key_t", sizeof(Key));
  btf__add_field(types, "pid", pid, 0, 0);
  btf__add_field(types, "comm", comm, 32, 0);
  const int row = btf__add_array(types, u32, i16, 3);
  const int grid = btf__add_array(types, u32, row, 2);
  const int colour = btf__add_enum(types, "colour", 4);
  btf__add_enum_value(types, "red", 0);
  btf__add_enum_value(types, "green", 5);
  const int pointer = btf__add_ptr(types, 0);
  const int real = btf__add_float(types, "double", 8);
  const int value = btf__add_struct(types, "value_t", sizeof(Value));
  btf__add_field(types, "grid", grid, 0, 0);
  btf__add_field(types, "colour", colour, offsetof(Value, colour) * 8, 0);
  btf__add_field(types, "low", u32, (offsetof(Value, colour) + 4) * 8, 3);
  btf__add_field(types, "high", u32, (offsetof(Value, colour) + 4) * 8 + 3, 7);
  btf__add_field(types, "where", pointer, offsetof(Value, where) * 8, 0);
  btf__add_field(types, "ratio", real, offsetof(Value, ratio) * 8, 0);
  return {key, value};
}

bccxx::MapPtr scalar_map(bpf_map_type type, const char* name, std::uint32_t size, std::uint32_t encoding) {
  return live::make_with_types(type, 10, [&](btf* types) {
    const int number = btf__add_int(types, name, size, static_cast<int>(encoding));
    return std::pair(number, number);
  });
}

}  // namespace

TEST_CASE("structs read by their member names") {
  const auto map = live::make_with_types(BPF_MAP_TYPE_HASH, 10, describe);
  const Key key = {-7, "bash"};
  Value value = {};
  value.grid[1][2] = -3;
  value.colour = Colour::green;
  value.low = 5;
  value.high = 100;
  value.where = reinterpret_cast<void*>(0xdeadbeef);  // NOLINT(performance-no-int-to-ptr)
  value.ratio = 0.5;
  live::put(map, key, value);

  const Table table(map);
  CHECK(table.key_type() == "struct key_t");
  CHECK(table.value_type() == "struct value_t");
  const auto items = table.items();
  REQUIRE(items.size() == 1);
  CHECK(items[0].first == R"({pid: -7, comm: "bash"})");
  CHECK(items[0].second ==
        R"({grid: [[0, 0, 0], [0, 0, -3]], colour: "green", low: 5, high: 100, where: "0xdeadbeef", ratio: 0.5})");
  CHECK(table.text() == items[0].first + ": " + items[0].second + "\n");

  const auto json = nlohmann::json::parse(table.json());
  REQUIRE(json.size() == 1);
  CHECK(json[0]["key"]["comm"] == "bash");
  CHECK(json[0]["value"]["grid"][1][2] == -3);
  CHECK(json[0]["value"]["high"] == 100);
  // The typed handle prints the same.
  CHECK((bccxx::HashTable<Key, Value>(map).json()) == table.json());
}

TEST_CASE("what is typed in becomes the bytes that C would write") {
  const auto map = live::make_with_types(BPF_MAP_TYPE_HASH, 10, describe);
  const Table table(map);
  table.update(R"({"pid": -7, "comm": "bash"})",
               R"({"grid": [[1, 2, 3], [4, 5, -6]], "colour": "green", "low": 7, "high": 127, "where": "0x10",
                   "ratio": 2.5})");
  const bccxx::HashTable<Key, Value> typed(map);
  const auto value = typed.find(Key{-7, "bash"});
  REQUIRE(value);
  CHECK(value->grid[0][1] == 2);
  CHECK(value->grid[1][2] == -6);
  CHECK(value->colour == Colour::green);
  CHECK(value->low == 7);
  CHECK(value->high == 127);
  CHECK(value->where == reinterpret_cast<void*>(0x10));  // NOLINT(performance-no-int-to-ptr)
  CHECK(value->ratio == 2.5);
  CHECK(table.find(R"({"pid": -7, "comm": "bash"})"));
  CHECK_FALSE(table.find(R"({"pid": 8})"));
  CHECK(table.remove(R"({"comm": "bash", "pid": -7})"));
  CHECK(table.size() == 0);
}

TEST_CASE("what does not fit the type is refused, not cut") {
  const auto map = live::make_with_types(BPF_MAP_TYPE_HASH, 10, describe);
  const Table table(map);
  const auto text = GENERATE(as<std::string>(), R"({"pid": 4294967296})", R"({"pid": "x"})", R"({"nobody": 1})",
                             R"({"comm": "longer than sixteen bytes"})", "7", R"([1])", R"({"pid": 1.5})");
  CHECK_THROWS_AS(table.find(text), std::invalid_argument);
}

TEST_CASE("plain numbers need no quoting") {
  const auto map = scalar_map(BPF_MAP_TYPE_HASH, "int", 4, BTF_INT_SIGNED);
  const Table table(map);
  table.update("-1", "0x10");
  CHECK(table["-1"] == "16");
  CHECK((bccxx::HashTable<std::int32_t, std::int32_t>(map)[-1]) == 16);
  CHECK_THROWS_AS(table["2"], bccxx::KeyError);
  CHECK_THROWS_AS(table.find("2147483648"), std::invalid_argument);
}

TEST_CASE("a table without BTF shows numbers by size and other sizes as bytes") {
  const auto map = live::make(BPF_MAP_TYPE_HASH, 4, 3, 10);
  const Table table(map);
  CHECK(table.key_type().empty());
  table.update("258", "0x0102ff");
  CHECK(table.items() == std::vector<std::pair<std::string, std::string>>{{"258", "0x0102ff"}});
  CHECK((bccxx::HashTable<std::uint32_t, std::array<std::uint8_t, 3>>(map)[258]) ==
        std::array<std::uint8_t, 3>{1, 2, 255});
  CHECK_THROWS_AS(table.update("1", "0x01"), std::invalid_argument);
  CHECK_THROWS_AS(table.update("4294967296", "0x010203"), std::invalid_argument);
  CHECK_THROWS_AS(table.update("one", "0x010203"), std::invalid_argument);
}

TEST_CASE("a per-CPU value is a list") {
  const Table table(live::make(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1));
  table.update("0", "3");
  const auto json = nlohmann::json::parse(table.json());
  CHECK(json[0]["value"] == nlohmann::json(std::vector<int>(bccxx::possible_cpus(), 3)));
}

TEST_CASE("BTF tells apart what sizes cannot") {
  using bccxx::HashTable;
  using bccxx::TypeMismatch;
  const auto layout = [](auto make) -> std::string {
    try {
      make();
    } catch (const TypeMismatch& error) {
      return error.part() + ": " + error.actual().substr(0, error.actual().find(';'));
    }
    return "accepted";
  };
  struct Pair {
    std::uint32_t a, b;
  };
  struct Wrapped {
    std::uint64_t only;
  };
  const auto u64 = scalar_map(BPF_MAP_TYPE_HASH, "unsigned long long", 8, 0);
  const auto s64 = scalar_map(BPF_MAP_TYPE_HASH, "long", 8, BTF_INT_SIGNED);
  CHECK(layout([&] { HashTable<std::uint64_t, std::uint64_t> t(u64); }) == "accepted");
  CHECK(layout([&] { HashTable<std::int64_t, std::uint64_t> t(u64); }) == "key: unsigned long long (unsigned)");
  CHECK(layout([&] { HashTable<std::uint64_t, double> t(u64); }) == "value: unsigned long long (unsigned)");
  CHECK(layout([&] { HashTable<std::uint64_t, Pair> t(u64); }) == "value layout: unsigned long long");
  CHECK(layout([&] { HashTable<std::uint64_t, void*> t(u64); }) == "accepted");
  CHECK(layout([&] { HashTable<std::int64_t, std::int64_t> t(s64); }) == "accepted");
  CHECK(layout([&] { HashTable<std::uint64_t, std::int64_t> t(s64); }) == "key: long (signed)");

  const auto structs = live::make_with_types(BPF_MAP_TYPE_HASH, 10, [](btf* types) {
    const int number = btf__add_int(types, "unsigned int", 4, 0);
    const int pair = btf__add_struct(types, "pair", 8);
    btf__add_field(types, "a", number, 0, 0);
    btf__add_field(types, "b", number, 32, 0);
    const int wide = btf__add_int(types, "unsigned long long", 8, 0);
    const int wrapped = btf__add_struct(types, "wrapped", 8);
    btf__add_field(types, "only", wide, 0, 0);
    return std::pair(pair, wrapped);
  });
  CHECK(layout([&] { HashTable<Pair, std::uint64_t> t(structs); }) == "accepted");
  CHECK(layout([&] { HashTable<std::uint64_t, std::uint64_t> t(structs); }) ==
        "key layout: struct pair {u32 a at 0, u32 b at 4}");
  CHECK(layout([&] { HashTable<Pair, std::int64_t> t(structs); }) == "value layout: struct wrapped {u64 only at 0}");
  CHECK(layout([&] { HashTable<std::array<char, 9>, std::uint64_t> t(structs); }) == "key: struct pair");
}
