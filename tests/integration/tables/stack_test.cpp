// Tables of stacks, of addresses and of build ids.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/stack.hpp>
#include <bccxx/tables/stack_build_id.hpp>

#include "live_map.hpp"
#include "live_program.hpp"

#include <cerrno>

using bccxx::StackTable;

namespace {

bccxx::MapPtr stacks(std::uint32_t flags = 0, std::uint32_t frame = 8) {
  return live::make(BPF_MAP_TYPE_STACK_TRACE, 4, 127 * frame, 64, flags, "stacks");
}

/// Takes the kernel stack of this thread and gives its id.
std::int32_t take_stack(const bccxx::MapPtr& map) {
  std::vector<bpf_insn> code;
  live::load_map(code, BPF_REG_2, map->fd());
  code.insert(code.end(), {live::move_number(BPF_REG_3, 0), live::call(BPF_FUNC_get_stackid), live::leave()});
  const auto program = live::load(BPF_PROG_TYPE_RAW_TRACEPOINT, code);
  return static_cast<std::int32_t>(live::run_raw_tracepoint(program.get()));
}

}  // namespace

TEST_CASE("a stack is its addresses, innermost first") {
  const auto map = stacks();
  const StackTable table(map);
  CHECK(table.depth() == 127);
  const auto id = take_stack(map);
  REQUIRE(id >= 0);
  const auto stack = table[id];
  REQUIRE(stack.size() > 2);
  CHECK(stack.size() <= 127);
  for (const auto address : stack) CHECK(address > 0xffff000000000000);
  const auto items = table.items();
  REQUIRE(items.size() == 1);
  CHECK(items[0].first == id);
  CHECK(items[0].second == stack);
  CHECK(table.size() == 1);
  CHECK(table.remove(id));
  CHECK_FALSE(table.remove(id));
  CHECK(take_stack(map) >= 0);
  table.clear();
  CHECK(table.size() == 0);
}

TEST_CASE("an id that is an error, or of no stack, has no frames") {
  const StackTable table(stacks());
  CHECK_FALSE(table.find(-EEXIST));
  CHECK_FALSE(table.find(63));
  CHECK_FALSE(table.find(1 << 30));
  CHECK_FALSE(table.find(std::int64_t{1} << 40));
  CHECK_THROWS_AS(table[-EFAULT], bccxx::KeyError);
}

TEST_CASE("addresses and build ids are told apart") {
  const auto addresses = stacks();
  const auto ids = stacks(BPF_F_STACK_BUILD_ID, sizeof(bccxx::BuildIdFrame));
  CHECK_NOTHROW(StackTable(addresses));
  CHECK_NOTHROW(bccxx::StackBuildIdTable(ids));
  CHECK(bccxx::StackBuildIdTable(ids).depth() == 127);
  CHECK_FALSE(bccxx::StackBuildIdTable(ids).find(1));
  CHECK_THROWS_AS(StackTable(ids), bccxx::TypeMismatch);
  CHECK_THROWS_AS(bccxx::StackBuildIdTable(addresses), bccxx::TypeMismatch);
}
