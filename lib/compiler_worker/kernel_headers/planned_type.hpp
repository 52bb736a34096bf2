#pragma once
// A type of a BTF that is yet to be built: it may refer to types whose ids are known before they exist.

#include <bpf/btf.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bccxx::worker {

using TypeId = std::uint32_t;

struct PlannedMember {
  std::string name{};
  TypeId type = 0;
  std::uint32_t bit_offset = 0;
  std::uint32_t bit_size = 0;
};

struct PlannedType {
  std::uint16_t kind = 0;
  std::string name{};
  TypeId type = 0;
  /// Bytes, or elements of an array.
  std::uint32_t size = 0;
  /// Encoding of an int, signedness of an enum, kind of a forward declaration.
  int detail = 0;
  std::vector<PlannedMember> members{};
  std::vector<std::pair<std::string, std::uint64_t>> enumerators{};
};

/// Returns: the id, or libbpf's negative errno
[[nodiscard]] int add_type(btf* types, const PlannedType& planned);

}  // namespace bccxx::worker
