#pragma once
// The BTF of a map's key and value, loaded when first wanted.

#include <bccxx/tables/detail/shape.hpp>
#include <bccxx/tables/map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct btf;

namespace bccxx::detail {

/// What the object that made a map declares of it. The kernel keeps no types of queues, stacks and tables of maps,
/// devices and sockets.
struct DeclaredTypes {
  std::shared_ptr<const std::vector<std::byte>> btf;
  std::uint32_t key = 0;  ///< a BTF type id; 0 where unknown
  std::uint32_t value = 0;
};

class MapTypes {
 public:
  /// `declared` is asked where the kernel has no types.
  explicit MapTypes(const MapInfo& info, DeclaredTypes declared = {});
  ~MapTypes();
  MapTypes(const MapTypes&) = delete;
  MapTypes& operator=(const MapTypes&) = delete;

  /// nullptr when the map was made without BTF, or the caller may not read it, and no object that is known declares it.
  [[nodiscard]] const btf* types() const;
  /// BTF type ids; 0 where unknown.
  [[nodiscard]] std::uint32_t key() const;
  [[nodiscard]] std::uint32_t value() const;

 private:
  std::uint32_t btf_id_;
  std::shared_ptr<const std::vector<std::byte>> declared_;
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

/// Compares a map with what an object declares, member by member, whatever the types are called; what has no BTF on
/// either side is not compared. `role` is for example "map pinned at /sys/fs/bpf/counts".
///
/// Throws: TypeMismatch with both layouts
void check_layouts(const Map& map, const std::string& role, const DeclaredTypes& declared);

}  // namespace bccxx::detail
