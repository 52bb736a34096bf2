// An image written by hand, read back through libbpf.

#include "object/elf_writer.hpp"

#include <bccxx/object/object.hpp>
#include <bccxx/support/error.hpp>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

using namespace bccxx::object;

namespace {

constexpr std::uint64_t return_zero_1 = 0x00000000000000b7;  // r0 = 0
constexpr std::uint64_t exit_code = 0x0000000000000095;
constexpr std::uint64_t load_map_r1 = 0x0000002a00001118;  // r1 = map with stand-in 42

std::vector<std::byte> types_with_function(std::uint32_t& function, std::uint32_t& key) {
  const std::unique_ptr<btf, void (*)(btf*)> types(btf__new_empty(), btf__free);
  const int number = btf__add_int(types.get(), "int", 4, BTF_INT_SIGNED);
  const int context = btf__add_struct(types.get(), "pt_regs", 4);
  btf__add_field(types.get(), "di", number, 0, 0);
  const int prototype = btf__add_func_proto(types.get(), number);
  btf__add_func_param(types.get(), "ctx", btf__add_ptr(types.get(), context));
  // The parameter must follow its prototype at once, so the prototype is made anew.
  static_cast<void>(prototype);
  const int pointer = btf__add_ptr(types.get(), context);
  const int real = btf__add_func_proto(types.get(), number);
  btf__add_func_param(types.get(), "ctx", pointer);
  function = static_cast<std::uint32_t>(btf__add_func(types.get(), "probe", BTF_FUNC_STATIC, real));
  key = static_cast<std::uint32_t>(number);
  std::uint32_t size = 0;
  const auto* raw = static_cast<const std::byte*>(btf__raw_data(types.get(), &size));
  return {raw, raw + size};
}

Image sample() {
  Image image;
  std::uint32_t function = 0;
  std::uint32_t key = 0;
  image.types = types_with_function(function, key);
  image.source = "int probe(struct pt_regs *ctx) {\n  return 0;\n}\n";
  image.source_name = "sample.c";
  image.cflags = {"-DX=\"quoted\""};
  image.kernel_build_id = "0123abcd";

  MapImage hash;
  hash.spec.name = "a_map_with_a_long_name";
  hash.spec.type = BPF_MAP_TYPE_HASH;
  hash.spec.key_size = 4;
  hash.spec.value_size = 16;
  hash.spec.max_entries = 99;
  hash.spec.flags = BPF_F_NO_PREALLOC;
  hash.spec.pin_path = "/sys/fs/bpf/deep/pin";
  hash.spec.sharing = MapSharing::exported;
  hash.key_type = key;
  hash.value_type = key;  // four bytes, so only the size can be right
  MapImage outer;
  outer.spec.name = "outer";
  outer.spec.type = BPF_MAP_TYPE_ARRAY_OF_MAPS;
  outer.spec.key_size = 4;
  outer.spec.value_size = 4;
  outer.spec.max_entries = 3;
  outer.spec.inner_map = hash.spec.name;
  MapImage events;
  events.spec.name = "events";
  events.spec.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  events.spec.key_size = 4;
  events.spec.value_size = 4;
  events.spec.one_entry_per_cpu = true;
  events.spec.event = {{"pid", "u32"}, {"comm", "char[16]"}};
  image.maps = {hash, outer, events};

  ProgramImage program;
  program.spec.name = "probe";
  program.spec.context = "pt_regs";
  program.code = {load_map_r1, 0, return_zero_1, exit_code};
  program.references = {{0, 0}};
  program.function_type = function;
  program.lines = {{0, "sample.c", "int probe(struct pt_regs *ctx) {", 1, 0}, {2, "sample.c", "  return 0;", 2, 3}};
  ProgramImage second;
  second.spec.name = "kprobe__do_nanosleep";
  second.spec.probe = ProbeKind::kprobe;
  second.spec.target = "do_nanosleep";
  second.code = {return_zero_1, exit_code};
  ProgramImage third = second;
  third.spec.name = "another_in_the_first_section";
  third.spec.probe = ProbeKind::none;
  third.spec.target.clear();
  image.programs = {program, second, third};
  return image;
}

std::vector<std::byte> replace(std::vector<std::byte> bytes, const std::string& from, const std::string& to) {
  const auto* begin = reinterpret_cast<const std::byte*>(from.data());
  const auto at = std::search(bytes.begin(), bytes.end(), begin, begin + from.size());
  REQUIRE(at != bytes.end());
  std::memcpy(&*at, to.data(), to.size());
  return bytes;
}

}  // namespace

TEST_CASE("what is written is read back", "[object]") {
  const auto object = Object::parse(write_elf(sample()));
  CHECK(object.license() == "GPL");
  CHECK(object.source() == sample().source);
  CHECK(object.source_name() == "sample.c");
  CHECK(object.cflags() == std::vector<std::string>{"-DX=\"quoted\""});
  CHECK(object.kernel_build_id() == "0123abcd");

  const auto* hash = object.find_map("a_map_with_a_long_name");
  REQUIRE(hash != nullptr);
  CHECK(hash->type == BPF_MAP_TYPE_HASH);
  CHECK(hash->key_size == 4);
  CHECK(hash->value_size == 16);
  CHECK(hash->max_entries == 99);
  CHECK(hash->flags == BPF_F_NO_PREALLOC);
  CHECK(hash->pin_path == "/sys/fs/bpf/deep/pin");
  CHECK(hash->sharing == MapSharing::exported);
  CHECK(object.find_map("outer")->inner_map == "a_map_with_a_long_name");
  const auto* events = object.find_map("events");
  CHECK(events->one_entry_per_cpu);
  CHECK(events->max_entries == 0);
  REQUIRE(events->event.size() == 2);
  CHECK(events->event[1].name == "comm");
  CHECK(events->event[1].type == "char[16]");
  CHECK(object.find_map("missing") == nullptr);
}

TEST_CASE("programs of one section keep their own code", "[object]") {
  const auto object = Object::parse(write_elf(sample()));
  REQUIRE(object.programs().size() == 3);
  const auto* probe = object.find_program("probe");
  REQUIRE(probe != nullptr);
  CHECK(probe->section == "kprobe");
  CHECK(probe->context == "pt_regs");
  CHECK(probe->probe == ProbeKind::none);
  CHECK(probe->instructions == 4);
  const auto* named = object.find_program("kprobe__do_nanosleep");
  CHECK(named->section == "kprobe/do_nanosleep");
  CHECK(named->probe == ProbeKind::kprobe);
  CHECK(named->target == "do_nanosleep");
  CHECK(named->instructions == 2);
  CHECK(object.find_program("another_in_the_first_section")->section == "kprobe");
}

TEST_CASE("equal images give equal bytes", "[object]") { CHECK(write_elf(sample()) == write_elf(sample())); }

TEST_CASE("an object with nothing of ours in it is understood from its sections", "[object]") {
  const auto object = Object::parse(replace(write_elf(sample()), ".bccxx", ".other"));
  CHECK(object.source().empty());
  CHECK(object.kernel_build_id().empty());
  const auto* named = object.find_program("kprobe__do_nanosleep");
  CHECK(named->probe == ProbeKind::kprobe);
  CHECK(named->target == "do_nanosleep");
  CHECK(object.find_program("probe")->context == "pt_regs");
  CHECK(object.find_map("events")->one_entry_per_cpu);
  CHECK(object.find_map("a_map_with_a_long_name")->pin_path.empty());
}

TEST_CASE("an object without types or maps opens", "[object]") {
  Image image;
  image.license = "Dual MIT/GPL";
  ProgramImage program;
  program.spec.name = "empty";
  program.code = {return_zero_1, exit_code};
  image.programs = {program};
  const auto object = Object::parse(write_elf(image));
  CHECK(object.license() == "Dual MIT/GPL");
  CHECK(object.maps().empty());
  REQUIRE(object.programs().size() == 1);
  CHECK(object.programs().front().context.empty());
}

TEST_CASE("text that is not UTF-8 does not stop the writer", "[object]") {
  auto image = sample();
  image.source = "// \xff\xfe\n";
  CHECK_FALSE(Object::parse(write_elf(image)).source().empty());
}

TEST_CASE("bytes that are no object are refused", "[object]") {
  const auto whole = write_elf(sample());
  CHECK_THROWS_AS(Object::parse({}), bccxx::LoadError);
  CHECK_THROWS_AS(Object::parse(std::vector<std::byte>(4096)), bccxx::LoadError);
  CHECK_THROWS_AS(Object::parse(std::vector<std::byte>(whole.begin(), whole.begin() + 100)), bccxx::LoadError);
  CHECK_THROWS_AS(Object::parse(replace(whole, "{\"cflags\"", "[\"cflags\"")), bccxx::LoadError);
  CHECK_THROWS_AS(Object::parse(replace(whole, "\"format\":2", "\"format\":7")), bccxx::LoadError);
  CHECK_THROWS_AS(Object::read("/nonexistent/object.bpf.o"), bccxx::SystemError);
  CHECK_THROWS_WITH(Object::read("/proc/self/status"), "load /proc/self/status: elf: this is not a proper ELF object");
}

TEST_CASE("no truncated object crashes the reader", "[object]") {
  const auto whole = write_elf(sample());
  for (std::size_t size = 0; size < whole.size(); size += 37) {
    try {
      static_cast<void>(
          Object::parse(std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
    } catch (const bccxx::LoadError& error) {
      CHECK(std::strlen(error.what()) > 0);
    }
  }
}

TEST_CASE("a reference to a map that is not there is a broken invariant", "[object]") {
  auto image = sample();
  image.programs.front().references = {{0, 17}};
  CHECK_THROWS_AS(write_elf(image), std::logic_error);
}
