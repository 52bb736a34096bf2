#pragma once
// A map of the kernel: its descriptor and its shape. Typed tables are skins over it.

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bccxx {

/// The kernel's map types; the values are those of enum bpf_map_type.
enum class MapKind : std::uint32_t {
  unspecified = 0,
  hash = 1,
  array = 2,
  prog_array = 3,
  perf_event_array = 4,
  percpu_hash = 5,
  percpu_array = 6,
  stack_trace = 7,
  cgroup_array = 8,
  lru_hash = 9,
  lru_percpu_hash = 10,
  lpm_trie = 11,
  array_of_maps = 12,
  hash_of_maps = 13,
  devmap = 14,
  sockmap = 15,
  cpumap = 16,
  xskmap = 17,
  sockhash = 18,
  cgroup_storage = 19,
  reuseport_sockarray = 20,
  percpu_cgroup_storage = 21,
  queue = 22,
  stack = 23,
  sk_storage = 24,
  devmap_hash = 25,
  struct_ops = 26,
  ringbuf = 27,
  inode_storage = 28,
  task_storage = 29,
  bloom_filter = 30,
  user_ringbuf = 31,
  cgrp_storage = 32,
  arena = 33,
};

/// The kernel's name of a map type in lower case, for example "lru_hash"; "map type N" for one not known.
[[nodiscard]] BCCXX_API std::string to_string(MapKind kind);

/// True where a value is one per possible CPU.
[[nodiscard]] BCCXX_API bool is_per_cpu(MapKind kind) noexcept;

/// What the kernel says of a map.
///
/// Units: sizes in bytes; value_size is that of one CPU's value
struct MapInfo {
  std::string name;  ///< the full name where known, else the kernel's 15 characters
  std::uint32_t id = 0;
  std::uint32_t type = 0;  ///< BPF_MAP_TYPE_…
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::uint32_t btf_id = 0;
  std::uint32_t btf_key_type_id = 0;
  std::uint32_t btf_value_type_id = 0;
  std::uint64_t extra = 0;  ///< the number of hash functions of a bloom filter
};

/// What a new map shall be.
///
/// Units: sizes in bytes
struct MapDeclaration {
  MapKind kind = MapKind::hash;
  std::string name;  ///< the kernel keeps 15 characters
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::uint64_t extra = 0;  ///< the number of hash functions of a bloom filter
};

namespace detail {
class MapTypes;
struct DeclaredTypes;
}  // namespace detail

/// An open map. Tables share it, so a table stays good when the BPF object has gone.
class BCCXX_API Map {
 public:
  /// Takes a descriptor and asks the kernel for its shape. `name` is the full name when the caller knows it.
  ///
  /// Throws: TypeMismatch when the descriptor is a program's or a link's, SystemError with the errno of bpf(2)
  explicit Map(UniqueFd fd, std::string name = {});
  /// The same for a map of an object that declares its types.
  Map(UniqueFd fd, std::string name, const detail::DeclaredTypes& declared);
  ~Map();
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;

  /// Opens a map by the kernel's id.
  ///
  /// Throws: SystemError, with ENOENT when no map has that id
  [[nodiscard]] static std::shared_ptr<const Map> open(std::uint32_t id);
  /// Opens a pinned map; its name is the path's last part.
  ///
  /// Throws: TypeMismatch when a program or a link is pinned there, SystemError with the errno of bpf(2)
  [[nodiscard]] static std::shared_ptr<const Map> open_pinned(const std::string& path);
  /// Throws: SystemError with the errno of bpf(2)
  [[nodiscard]] static std::shared_ptr<const Map> create(const MapDeclaration& declaration);

  /// A new, empty map of the same shape and BTF. `name` and `max_entries` are by default this map's.
  ///
  /// Throws: SystemError with the errno of bpf(2)
  [[nodiscard]] std::shared_ptr<const Map> create_similar(const std::string& name = {},
                                                          std::uint32_t max_entries = 0) const;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const MapInfo& info() const noexcept { return info_; }
  [[nodiscard]] const std::string& name() const noexcept { return info_.name; }
  [[nodiscard]] MapKind kind() const noexcept { return static_cast<MapKind>(info_.type); }

  /// From now on programs may write the map, but user space may not.
  ///
  /// Throws: SystemError with the errno of bpf(2)
  /// Kernel: 5.2 (BPF_MAP_FREEZE)
  void freeze() const;
  [[nodiscard]] bool frozen() const;

  /// Gives the map a name in a BPF file system, where it outlives the process. Missing directories are made, for
  /// their owner alone.
  ///
  /// Throws: SystemError, with EEXIST when the path is taken and ENOTSUP when it is not below a BPF file system;
  ///         nothing has been made then
  void pin(const std::string& path) const;
  /// Removes a pin of this map.
  ///
  /// Returns: false when nothing is pinned there
  /// Throws:  SystemError, with EBUSY when the path belongs to another object
  bool unpin(const std::string& path) const;

  /// What BTF says of the key and the value; for the tables layer itself.
  [[nodiscard]] const detail::MapTypes& types() const noexcept { return *types_; }

 private:
  UniqueFd fd_;
  MapInfo info_;
  std::unique_ptr<detail::MapTypes> types_;
};

using MapPtr = std::shared_ptr<const Map>;

}  // namespace bccxx
