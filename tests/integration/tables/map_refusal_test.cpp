// A map that the kernel refuses is refused with its name, its shape and what is wrong with that.

#include "tables/map_refusal.hpp"

#include <bccxx/support/error.hpp>
#include <bccxx/tables/map.hpp>

#include <linux/bpf.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <string>

using bccxx::Map;
using bccxx::MapDeclaration;
using bccxx::MapKind;

namespace {

struct Case {
  MapDeclaration map;
  int code;
  std::string reason;
};

/// Makes a map that cannot be made.
void refused(const MapDeclaration& map, int code, const std::string& reason) {
  CAPTURE(to_string(map.kind), map.key_size, map.value_size, map.max_entries, map.flags);
  try {
    static_cast<void>(Map::create(map));
    FAIL("made");
  } catch (const bccxx::SystemError& error) {
    INFO(error.what());
    CHECK(error.subject() == "counts");
    CHECK(error.code().value() == code);
    CHECK_THAT(error.hint(),
               Catch::Matchers::StartsWith(to_string(map.kind) + ", key ") && Catch::Matchers::Contains(reason));
  }
}

}  // namespace

TEST_CASE("a map the kernel refuses is an error that says what is wrong with it") {
  const auto [map, code, reason] = GENERATE(
      Case{{MapKind::hash, "counts", 4, 8, 0}, EINVAL, "at least one entry"},
      Case{{MapKind::hash, "counts", 0, 8, 1}, EINVAL, "key must have at least 1 byte"},
      Case{{MapKind::hash, "counts", 4, 0, 1}, EINVAL, "value must have at least 1 byte"},
      Case{{MapKind::hash, "counts", 4, 8, 1, BPF_F_MMAPABLE}, EINVAL, "only arrays"},
      Case{{MapKind::hash, "counts", 4, 8, 1, 1U << 30}, EINVAL, "may not know these flags"},
      Case{{MapKind::array, "counts", 8, 8, 1}, EINVAL, "key of this kind must have 4 bytes"},
      Case{
          {MapKind::lru_hash, "counts", 4, 8, 1, BPF_F_NO_PREALLOC}, ENOTSUP, "cannot have the flag BPF_F_NO_PREALLOC"},
      Case{{MapKind::lpm_trie, "counts", 8, 8, 1}, EINVAL, "must have the flag BPF_F_NO_PREALLOC"},
      Case{{MapKind::lpm_trie, "counts", 4, 8, 1, BPF_F_NO_PREALLOC}, EINVAL, "length of the prefix"},
      Case{{MapKind::queue, "counts", 4, 8, 1}, EINVAL, "no keys"},
      Case{{MapKind::ringbuf, "counts", 0, 0, 5000}, EINVAL, "power of two"},
      Case{{MapKind::ringbuf, "counts", 0, 8, 4096}, EINVAL, "no values"},
      Case{{MapKind::prog_array, "counts", 4, 8, 1}, EINVAL, "value of this kind must have 4 bytes"},
      Case{{MapKind::stack_trace, "counts", 4, 12, 1}, EINVAL, "whole frames"},
      Case{{MapKind::array_of_maps, "counts", 4, 4, 1}, EINVAL, "without an inner table"},
      Case{{MapKind::sk_storage, "counts", 4, 8, 1, BPF_F_NO_PREALLOC}, EINVAL, "must be 0"},
      Case{{MapKind::task_storage, "counts", 4, 8, 0, BPF_F_NO_PREALLOC}, EINVAL, "have BTF"},
      Case{{MapKind::user_ringbuf, "counts", 4, 0, 4096}, EINVAL, "no keys"},
      Case{{MapKind::bloom_filter, "counts", 4, 8, 1}, EINVAL, "no keys"},
      Case{{static_cast<MapKind>(200), "counts", 4, 8, 1}, EINVAL, "no maps of this kind"},
      Case{{MapKind::percpu_array, "counts", 4, 40'000, 1}, E2BIG, "32768 bytes at most"},
      Case{{MapKind::hash, "counts", 4, 1U << 30, 1}, E2BIG, "too large"},
      Case{{MapKind::hash, "counts", 4, 8, 0xffffffff}, E2BIG, "too many entries"},
      Case{{MapKind::array, "counts", 4, 1U << 20, 0x7fffffff}, ENOMEM, "2147483647 MiB and more"});
  refused(map, code, reason);
}

TEST_CASE("an arena that the kernel refuses is refused for a reason of arenas, or because the kernel has none") {
  auto good = MapDeclaration{MapKind::arena, "counts", 0, 0, 1, BPF_F_MMAPABLE};
  bool has = true;
  try {
    static_cast<void>(Map::create(good));
  } catch (const bccxx::SystemError& error) {
    has = false;
    CHECK_THAT(error.hint(), Catch::Matchers::Contains("no maps of this kind"));
  }
  const auto refused_here = [&](const MapDeclaration& map, const std::string& reason) {
    refused(map, EINVAL, has ? reason : "no maps of this kind");
  };
  refused_here({MapKind::arena, "counts", 4, 0, 1, BPF_F_MMAPABLE}, "no keys");
  refused_here({MapKind::arena, "counts", 0, 8, 1, BPF_F_MMAPABLE}, "no values");
  refused_here({MapKind::arena, "counts", 0, 0, 0, BPF_F_MMAPABLE}, "at least one entry");
  refused_here({MapKind::arena, "counts", 0, 0, 1}, "must have the flag BPF_F_MMAPABLE");
}

TEST_CASE("locked memory is a reason only on kernels that count it") {
  // Those of the tests do not, and the process has every capability.
  CHECK_THAT(bccxx::detail::why_refused({MapKind::hash, "counts", 4, 8, 1}, EPERM),
             !Catch::Matchers::Contains("locked memory"));
}
