#pragma once
// The BTF of a map's key and value, loaded from the kernel when first wanted.

#include <bccxx/tables/detail/shape.hpp>
#include <bccxx/tables/map.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

struct btf;

namespace bccxx::detail {

class MapTypes {
 public:
  explicit MapTypes(const MapInfo& info);
  ~MapTypes();
  MapTypes(const MapTypes&) = delete;
  MapTypes& operator=(const MapTypes&) = delete;

  /// nullptr when the map was made without BTF, or the caller may not read it.
  [[nodiscard]] const btf* types() const;
  /// BTF type ids; 0 where unknown.
  [[nodiscard]] std::uint32_t key() const;
  [[nodiscard]] std::uint32_t value() const;

 private:
  std::uint32_t btf_id_;
  std::uint32_t key_;
  std::uint32_t value_;
  mutable std::once_flag loaded_;
  mutable btf* types_ = nullptr;
};

/// The C name of a BTF type, for example "struct key_t" or "char[16]".
[[nodiscard]] std::string describe_type(const btf* types, std::uint32_t id);

/// Throws: TypeMismatch when the map is none of `kinds`, or its sizes or BTF do not fit the shapes
void check_shape(const Map& map, const MapKind* kinds, std::size_t kind_count, const TypeShape& key,
                 const TypeShape& value);

/// The key and the value of a map as an object declares them: BTF type ids, 0 where unknown.
struct DeclaredTypes {
  const btf* types = nullptr;
  std::uint32_t key = 0;
  std::uint32_t value = 0;
};

/// Compares members, whatever the types are called; what has no BTF on either side is not compared. `role` is for
/// example "map pinned at /sys/fs/bpf/counts".
///
/// Throws: TypeMismatch with both layouts
void check_layouts(const Map& map, const std::string& role, const DeclaredTypes& declared);

}  // namespace bccxx::detail
