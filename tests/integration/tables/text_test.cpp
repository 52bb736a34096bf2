// Tables of every kind as text and as JSON.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/bloom_filter.hpp>
#include <bccxx/tables/cgroup_array.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/percpu_hash.hpp>
#include <bccxx/tables/perf_event_array.hpp>
#include <bccxx/tables/queue_stack.hpp>
#include <bccxx/tables/sockhash.hpp>
#include <bccxx/tables/sockmap.hpp>
#include <bccxx/tables/table.hpp>
#include <bccxx/tables/xskmap.hpp>

#include "live_map.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <string>

using bccxx::NotSupported;
using bccxx::Table;
using Catch::Matchers::Contains;

namespace {

struct Key {
  std::uint32_t pid;
  char comm[8];
};

/// A map of struct key_t {unsigned int pid; char comm[8];} to the same.
bccxx::MapPtr typed(bpf_map_type type, bool with_key = true) {
  return live::make_with_types(type, 4, [&](btf* types) {
    const int number = btf__add_int(types, "unsigned int", 4, 0);
    const int letter = btf__add_int(types, "char", 1, BTF_INT_SIGNED);
    const int comm = btf__add_array(types, number, letter, 8);
    const int key = btf__add_struct(types, "key_t", sizeof(Key));
    btf__add_field(types, "pid", number, 0, 0);
    btf__add_field(types, "comm", comm, 32, 0);
    return std::pair(with_key ? key : 0, key);
  });
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const NotSupported& error) {
    return error.feature();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("keys and values one holds are shown by the table's BTF") {
  const bccxx::HashTable<Key, Key> table(typed(BPF_MAP_TYPE_HASH));
  const Key key = {7, "bash"};
  CHECK(table.key_text(key) == R"({pid: 7, comm: "bash"})");
  CHECK(table.value_text(key) == R"({pid: 7, comm: "bash"})");
  CHECK(table.key_json(key) == R"({"pid":7,"comm":"bash"})");
  CHECK(table.value_json(key) == R"({"pid":7,"comm":"bash"})");
  CHECK(table.value_json(std::as_bytes(std::span(&key, 1))) == R"({"pid":7,"comm":"bash"})");
  CHECK_THROWS_AS(table.value_text(std::uint32_t{7}), std::invalid_argument);

  // Of one CPU, without BTF.
  const bccxx::PercpuHashTable<std::uint32_t, std::uint64_t> each(live::make(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4));
  CHECK(each.value_text(std::uint64_t{12}) == "12");
}

TEST_CASE("where the kernel gives no value the key is shown with null") {
  const auto map = GENERATE_REF(std::pair(BPF_MAP_TYPE_XSKMAP, 4U), std::pair(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4U),
                                std::pair(BPF_MAP_TYPE_CGROUP_ARRAY, 4U), std::pair(BPF_MAP_TYPE_SOCKMAP, 4U));
  const Table table(live::make(map.first, 4, map.second, 2, 0, "slots"));
  CHECK(table.json() == R"([{"key":0,"value":null},{"key":1,"value":null}])");
  CHECK(table.text() == "0: null\n1: null\n");
  CHECK(table.items().size() == 2);
  CHECK(table.size() == 2);
  CHECK(refusal([&] { static_cast<void>(table.find("0")); }).find("slots") != std::string::npos);
  table.clear();

  CHECK(bccxx::XskmapTable(live::make(BPF_MAP_TYPE_XSKMAP, 4, 4, 1)).text() == "0: null\n");
  CHECK(bccxx::PerfEventArray(live::make(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1)).text() == "0: null\n");
  CHECK(bccxx::CgroupArray(live::make(BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1)).text() == "0: null\n");
}

TEST_CASE("what cannot be listed is not supported, by name") {
  const bccxx::QueueStackTable<std::uint32_t> queue(live::make(BPF_MAP_TYPE_QUEUE, 0, 4, 4, 0, "jobs"));
  CHECK(refusal([&] { static_cast<void>(queue.text()); }) == "listing what is in queue jobs");
  CHECK(refusal([&] { static_cast<void>(queue.json()); }) == "listing what is in queue jobs");
  CHECK(queue.value_text(std::uint32_t{3}) == "3");
  const bccxx::BloomFilter<std::uint32_t> bloom(live::make(BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 4, 0, "seen"));
  CHECK(refusal([&] { static_cast<void>(bloom.text()); }) == "listing what is in bloom_filter seen");
}

TEST_CASE("an untyped queue gives its values as text") {
  const auto type = GENERATE(BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK);
  const Table table(live::make(type, 0, 4, 3, 0, "jobs"));
  CHECK(table.push("1"));
  CHECK(table.push("0x2"));
  CHECK(table.push("3"));
  CHECK_FALSE(table.push("4"));
  CHECK(table.peek() == (type == BPF_MAP_TYPE_QUEUE ? "1" : "3"));
  CHECK(table.pop() == (type == BPF_MAP_TYPE_QUEUE ? "1" : "3"));
  CHECK(table.pop() == "2");
  CHECK_THROWS_AS(table.push("many"), std::invalid_argument);
  CHECK(refusal([&] { static_cast<void>(table.find("1")); }).find("jobs") != std::string::npos);
  CHECK(refusal([&] { static_cast<void>(table.items()); }).find("jobs") != std::string::npos);
  table.clear();
  CHECK_FALSE(table.pop());
  CHECK_FALSE(table.peek());
  const Table keyed(live::make(BPF_MAP_TYPE_HASH, 4, 4, 3));
  CHECK_THROWS_AS(keyed.pop(), NotSupported);
}

TEST_CASE("typed in bytes that are no UTF-8 are refused as an argument") {
  const Table table(typed(BPF_MAP_TYPE_HASH));
  CHECK_THROWS_AS(table.find("\xff\xfe"), std::invalid_argument);
  CHECK_THROWS_WITH(table.find("\xff\xfe"), Contains("is not an object"));
  // As bytes of a char array they are what the kernel may have.
  const bccxx::HashTable<Key, Key> same(table.map());
  const Key key = {1, "\xff"};
  same.update(key, key);
  CHECK_THAT(table.json(), Contains("\xef\xbf\xbd"));
}

TEST_CASE("sockets by key are listed, with cookies where there is room") {
  // Only a socket that is connected may be redirected.
  const bccxx::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  REQUIRE(::getsockopt(socket.get(), SOL_SOCKET, SO_COOKIE, &cookie, &length) == 0);

  const bccxx::SockhashTable<std::uint64_t> wide(live::make(BPF_MAP_TYPE_SOCKHASH, 8, 8, 4));
  wide.update(5, socket.get());
  CHECK(wide.keys() == std::vector<std::uint64_t>{5});
  CHECK(wide.items() == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{5, cookie}});
  CHECK(wide.contains(5));
  CHECK_FALSE(wide.contains(6));
  CHECK(wide.size() == 1);
  CHECK(wide.text() == "5: " + std::to_string(cookie) + "\n");

  const bccxx::SockhashTable<std::uint64_t> narrow(live::make(BPF_MAP_TYPE_SOCKHASH, 8, 4, 4));
  narrow.update(5, socket.get());
  narrow.update(7, socket.get());
  auto keys = narrow.keys();
  std::sort(keys.begin(), keys.end());
  CHECK(keys == std::vector<std::uint64_t>{5, 7});
  CHECK(narrow.contains(7));
  CHECK_FALSE(narrow.contains(6));
  CHECK(narrow.size() == 2);
  CHECK_THAT(narrow.text(), Contains("5: null\n") && Contains("7: null\n"));
  CHECK_THROWS_AS(narrow.items(), bccxx::TypeMismatch);
  narrow.clear();
  CHECK(narrow.size() == 0);

  const bccxx::SockmapTable slots(live::make(BPF_MAP_TYPE_SOCKMAP, 4, 8, 4));
  slots.update(2, socket.get());
  CHECK(slots.keys() == std::vector<std::uint32_t>{2});
  CHECK(slots.items() == std::vector<std::pair<std::uint32_t, std::uint64_t>>{{2, cookie}});
  CHECK(slots.contains(2));
  CHECK_FALSE(slots.contains(1));
  CHECK(slots.size() == 1);
  slots.clear();
  CHECK(slots.size() == 0);
  CHECK_THROWS_AS(bccxx::SockmapTable(live::make(BPF_MAP_TYPE_SOCKMAP, 4, 4, 4)).keys(), bccxx::TypeMismatch);
}
