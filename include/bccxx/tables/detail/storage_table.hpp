#pragma once
// Values that hang on an object of the kernel, which user space names by a descriptor.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/fd_table.hpp>

#include <optional>
#include <utility>

namespace bccxx::detail {

template <class V>
class StorageTable : public TableBase {
 public:
  using key_type = int;
  using mapped_type = V;

  /// The value of the object that `fd` is open on.
  ///
  /// Returns: nullopt when the object has none
  /// Throws:  SystemError, with EBADF when `fd` is no object of the table's kind
  [[nodiscard]] std::optional<V> find(int fd) const {
    Bytes<V> value;
    if (!core().lookup(&fd, &value)) return std::nullopt;
    return load<V>(value.data.data());
  }
  [[nodiscard]] bool contains(int fd) const { return find(fd).has_value(); }
  /// Throws: KeyError when the object has no value; otherwise as find
  [[nodiscard]] const V operator[](int fd) const {  // NOLINT(readability-const-return-type)
    auto value = find(fd);
    if (!value) core().throw_key_error(&fd);
    return *value;
  }
  /// Throws: SystemError, with EBADF when `fd` is no object of the table's kind, EEXIST or ENOENT as `how` says
  void update(int fd, const V& value, Update how = Update::any) const { core().update(&fd, &value, how); }
  /// Returns: whether the object had a value
  bool remove(int fd) const { return core().remove(&fd); }

 protected:
  StorageTable(MapPtr map, MapKind kind)
      : TableBase(std::move(map), {kind}, {"a file descriptor", sizeof(int)}, value_shape<V>()) {}
};

}  // namespace bccxx::detail
