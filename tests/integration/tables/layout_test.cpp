// C++ types are compared with what BTF says of the key and the value, member by member.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/hash.hpp>

#include "live_map.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

using Catch::Matchers::Contains;

namespace {

/// The plain types of the maps' BTF.
struct Types {
  explicit Types(btf* to)
      : types(to),
        u8(btf__add_int(to, "unsigned char", 1, 0)),
        character(btf__add_int(to, "char", 1, BTF_INT_SIGNED)),
        boolean(btf__add_int(to, "_Bool", 1, BTF_INT_BOOL)),
        u16(btf__add_int(to, "unsigned short", 2, 0)),
        u32(btf__add_int(to, "unsigned int", 4, 0)),
        s32(btf__add_int(to, "int", 4, BTF_INT_SIGNED)),
        u64(btf__add_int(to, "unsigned long long", 8, 0)),
        u128(btf__add_int(to, "unsigned __int128", 16, 0)) {}

  int array(int element, unsigned count) const { return btf__add_array(types, u32, element, count); }
  int field(const char* name, int type, unsigned byte) const { return btf__add_field(types, name, type, byte * 8, 0); }
  int bits(const char* name, int type, unsigned bit, unsigned width) const {
    return btf__add_field(types, name, type, bit, width);
  }

  btf* types;
  int u8, character, boolean, u16, u32, s32, u64, u128;
};

/// A hash from u32 to struct value_t of `size` bytes, whose members `members` adds.
bccxx::MapPtr map_of(unsigned size, const std::function<void(const Types&)>& prepare_and_add) {
  return live::make_with_types(BPF_MAP_TYPE_HASH, 4, [&](btf* types) {
    const Types plain(types);
    prepare_and_add(plain);
    const auto last = static_cast<int>(btf__type_cnt(types)) - 1;
    REQUIRE(static_cast<unsigned>(btf__resolve_size(types, static_cast<std::uint32_t>(last))) == size);
    return std::pair(plain.u32, last);
  });
}

/// "accepted", or what the handle says.
template <class V>
std::string answer(const bccxx::MapPtr& map) {
  try {
    const bccxx::HashTable<std::uint32_t, V> table(map);
  } catch (const bccxx::TypeMismatch& error) {
    CHECK(error.part() == "value layout");
    return error.what();
  }
  return "accepted";
}

enum class Colour : std::uint32_t { red };
enum class Small : std::uint8_t { one };

}  // namespace

TEST_CASE("a struct with the members of the map's is accepted, whatever their C++ names") {
  const auto map = map_of(56, [](const Types& t) {
    const int comm = t.array(t.character, 16);
    const int colour = btf__add_enum(t.types, "colour", 4);
    btf__add_enum_value(t.types, "red", 0);
    const int pointer = btf__add_ptr(t.types, 0);
    btf__add_struct(t.types, "value_t", 56);
    t.field("pid", t.u32, 0);
    t.field("comm", comm, 4);
    t.field("colour", colour, 20);
    t.field("ok", t.boolean, 24);
    t.field("kind", t.u8, 25);
    t.field("where", pointer, 32);
    t.field("count", t.u64, 40);
    t.field("wait", t.s32, 48);
  });
  struct Same {
    std::uint32_t a;
    char b[16];
    Colour c;
    bool d;
    Small e;
    void* f;
    std::uint64_t g;
    std::int32_t h;
  };
  struct Relaxed {
    std::uint32_t a;
    std::array<std::uint8_t, 16> b;
    std::int32_t c;
    char d;
    std::uint8_t e;
    std::uint16_t named_hole;
    std::uint32_t another;
    std::uint64_t f;
    std::uint64_t g;
    std::int32_t h;
    std::uint32_t tail;
  };
  CHECK(answer<Same>(map) == "accepted");
  CHECK(answer<Relaxed>(map) == "accepted");
  CHECK(answer<std::array<std::uint8_t, 56>>(map) == "accepted");
}

TEST_CASE("members in another order are refused, with both layouts") {
  const auto map = map_of(24, [](const Types& t) {
    const int comm = t.array(t.character, 8);
    btf__add_struct(t.types, "value_t", 24);
    t.field("comm", comm, 0);
    t.field("count", t.u64, 8);
    t.field("pid", t.u32, 16);
    t.field("flags", t.u32, 20);
  });
  struct Right {
    char comm[8];
    std::uint64_t count;
    std::uint32_t pid, flags;
  };
  struct Swapped {
    std::uint64_t count;
    char comm[8];
    std::uint32_t pid, flags;
  };
  struct Later {
    char comm[8];
    std::uint32_t pid, flags;
    std::uint64_t count;
  };
  CHECK(answer<Right>(map) == "accepted");
  CHECK_THAT(answer<Swapped>(map), Contains("{u64 at 0, char[8] at 8, u32 at 16, u32 at 20}") &&
                                       Contains("struct value_t {char[8] comm at 0, u64 count at 8, u32 pid at 16, "
                                                "u32 flags at 20}; they differ at byte 0"));
  CHECK_THAT(answer<Later>(map), Contains("they differ at byte 8"));
}

TEST_CASE("a member too few is refused where C++ has a hole in its place") {
  const auto map = map_of(16, [](const Types& t) {
    btf__add_struct(t.types, "value_t", 16);
    t.field("pid", t.u32, 0);
    t.field("tid", t.u32, 4);
    t.field("ns", t.u64, 8);
  });
  struct Lacking {
    std::uint32_t pid;
    std::uint64_t ns;
  };
  struct Whole {
    std::uint32_t pid, tid;
    std::uint64_t ns;
  };
  struct Signed {
    std::uint32_t pid;
    std::int32_t tid;
    std::uint64_t ns;
  };
  CHECK_THAT(answer<Lacking>(map), Contains("they differ at byte 4"));
  CHECK(answer<Whole>(map) == "accepted");
  CHECK_THAT(answer<Signed>(map), Contains("they differ at byte 4"));
  CHECK_THAT((answer<std::array<std::uint64_t, 2>>(map)), Contains("they differ at byte 0"));

  const auto padded = map_of(16, [](const Types& t) {
    btf__add_struct(t.types, "value_t", 16);
    t.field("pid", t.u32, 0);
    t.field("__pad", t.u32, 4);
    t.field("ns", t.u64, 8);
  });
  CHECK(answer<Lacking>(padded) == "accepted");
}

TEST_CASE("arrays are told apart by the size and number of their elements, and by every dimension") {
  const auto wide = map_of(16, [](const Types& t) { t.array(t.u32, 4); });
  CHECK(answer<std::array<std::uint32_t, 4>>(wide) == "accepted");
  CHECK_THAT((answer<std::array<std::uint16_t, 8>>(wide)), Contains("u16[8]") && Contains("unsigned int[4]"));
  struct Four {
    std::uint32_t a, b, c, d;
  };
  CHECK(answer<Four>(wide) == "accepted");

  const auto grid = map_of(16, [](const Types& t) {
    const int row = t.array(t.u16, 3);
    const int rows = t.array(row, 2);
    btf__add_struct(t.types, "value_t", 16);
    t.field("grid", rows, 0);
    t.field("sum", t.u32, 12);
  });
  struct Grid {
    std::uint16_t grid[2][3];
    std::uint32_t sum;
  };
  struct Arrays {
    std::array<std::array<std::uint16_t, 3>, 2> grid;
    std::uint32_t sum;
  };
  struct Flat {
    std::uint16_t grid[3];
    std::uint16_t rest[5];
  };
  CHECK(answer<Grid>(grid) == "accepted");
  CHECK(answer<Arrays>(grid) == "accepted");
  CHECK_THAT(answer<Flat>(grid), Contains("u16 grid[6] at 0, u32 sum at 12") && Contains("differ at byte 12"));

  const auto names = map_of(16, [](const Types& t) {
    const int name = t.array(t.character, 8);
    t.array(name, 2);
  });
  struct Names {
    char names[2][8];
  };
  CHECK(answer<Names>(names) == "accepted");
  CHECK_THAT((answer<std::array<std::uint64_t, 2>>(names)), Contains("char[8][2]") || Contains("char[2][8]"));
}

TEST_CASE("bit-fields are compared bit by bit, or as the number they are cut from") {
  const auto map = map_of(8, [](const Types& t) {
    btf__add_struct(t.types, "value_t", 8);
    t.bits("low", t.u32, 0, 3);
    t.bits("high", t.u32, 3, 7);
    t.bits("on", t.boolean, 10, 1);
    t.field("whole", t.u32, 4);
  });
  struct Same {
    std::uint32_t low : 3;
    std::uint32_t high : 7;
    bool on : 1;
    std::uint32_t whole;
  };
  struct Other {
    std::uint32_t low : 4;
    std::uint32_t high : 6;
    std::uint32_t whole;
  };
  struct Unit {
    std::uint32_t bits;
    std::uint32_t whole;
  };
  struct TooWide {
    std::uint64_t all;
  };
  CHECK(answer<Same>(map) == "accepted");
  CHECK(answer<Unit>(map) == "accepted");
  CHECK_THAT(answer<Other>(map), Contains("4 bits at 0, 6 bits at 0 bit 4") && Contains("3 bits low at 0"));
  CHECK_THAT(answer<TooWide>(map), Contains("differ at byte"));
}

TEST_CASE("structs within structs are followed") {
  const auto map = map_of(24, [](const Types& t) {
    btf__add_struct(t.types, "inner", 8);
    t.field("port", t.u16, 0);
    t.field("host", t.u32, 4);
    const auto inner = static_cast<int>(btf__type_cnt(t.types)) - 1;
    const int pair = t.array(inner, 2);
    btf__add_struct(t.types, "value_t", 24);
    t.field("ends", pair, 0);
    t.field("bytes", t.u64, 16);
  });
  struct End {
    std::uint16_t port;
    std::uint32_t host;
  };
  struct Turned {
    std::uint32_t host;
    std::uint16_t port;
  };
  struct Right {
    End ends[2];
    std::uint64_t bytes;
  };
  struct Written {
    End from, to;
    std::uint64_t bytes;
  };
  struct Wrong {
    std::array<Turned, 2> ends;
    std::uint64_t bytes;
  };
  CHECK(answer<Right>(map) == "accepted");
  CHECK(answer<Written>(map) == "accepted");
  CHECK_THAT(answer<Wrong>(map), Contains("u16 ends.port at 0, u32 ends.host at 4"));
}

namespace {

struct Unlike {
  std::uint16_t a[4];
};
class Private {
 public:
  [[nodiscard]] std::uint32_t first() const { return a_[0]; }

 private:
  std::uint32_t a_[2];
};

}  // namespace

template <>
inline constexpr bool bccxx::layout_is_compared<Unlike> = false;

TEST_CASE("what C++ cannot enumerate, and what its author takes on himself, is compared by size alone") {
  const auto map = map_of(8, [](const Types& t) {
    btf__add_struct(t.types, "value_t", 8);
    t.field("a", t.u32, 0);
    t.field("b", t.u32, 4);
  });
  union Either {
    std::uint64_t one;
    std::uint32_t two[2];
  };
  struct Anonymous {
    union {
      std::uint16_t port;
      std::uint8_t bytes[2];
    };
    std::uint16_t rest[3];
  };
  struct Base {
    std::uint16_t a[2];
  };
  struct Derived : Base {
    std::uint16_t b[2];
  };
  CHECK(answer<Unlike>(map) == "accepted");
  CHECK(answer<Private>(map) == "accepted");
  CHECK(answer<Either>(map) == "accepted");
  CHECK(answer<Anonymous>(map) == "accepted");
  CHECK(answer<Derived>(map) == "accepted");
  // The control: the same without the trait.
  struct Compared {
    std::uint16_t a[4];
  };
  CHECK(answer<Compared>(map) != "accepted");
}

TEST_CASE("a union of the map's is not looked into, its neighbours are") {
  const auto map = map_of(24, [](const Types& t) {
    btf__add_union(t.types, "address", 16);
    btf__add_field(t.types, "v4", t.u32, 0, 0);
    btf__add_field(t.types, "v6", t.u128, 0, 0);
    const auto address = static_cast<int>(btf__type_cnt(t.types)) - 1;
    btf__add_struct(t.types, "value_t", 24);
    t.field("address", address, 0);
    t.field("port", t.u16, 16);
    t.field("pid", t.u32, 20);
  });
  struct Bytes {
    std::array<std::uint8_t, 16> address;
    std::uint16_t port;
    std::uint32_t pid;
  };
  struct Halves {
    std::uint64_t high, low;
    std::uint16_t port;
    std::uint32_t pid;
  };
  struct Wrong {
    std::uint64_t high, low;
    std::uint32_t pid;
    std::uint16_t port;
  };
  CHECK(answer<Bytes>(map) == "accepted");
  CHECK(answer<Halves>(map) == "accepted");
  CHECK_THAT(answer<Wrong>(map), Contains("they differ at byte 16"));
}
