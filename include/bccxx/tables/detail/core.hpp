#pragma once
// The untyped operations every table is a skin over. Programs use the tables, not this.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/detail/shape.hpp>
#include <bccxx/tables/idle_keys.hpp>
#include <bccxx/tables/map.hpp>
#include <bccxx/tables/update.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>

namespace bccxx::detail {

/// Receives `count` keys and as many values, each packed without gaps.
using ChunkSink = std::function<void(const std::byte* keys, const std::byte* values, std::size_t count)>;

/// What take_numbers does where it cannot read and zero a number in one step.
enum class WithoutExchange { fail, two_steps };

/// How a whole table is read.
enum class Reading { automatic, batch, walk };

class BCCXX_API Core {
 public:
  /// Throws: TypeMismatch when the map is none of `kinds`, or its sizes or its BTF do not fit the shapes
  Core(MapPtr map, std::initializer_list<MapKind> kinds, const TypeShape& key, const TypeShape& value);

  [[nodiscard]] const MapPtr& map() const noexcept { return map_; }
  [[nodiscard]] const std::string& name() const noexcept { return map_->name(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return map_->info().max_entries; }
  [[nodiscard]] std::size_t key_size() const noexcept { return map_->info().key_size; }
  /// The distance from one CPU's value to the next; the plain size where values are not per CPU.
  [[nodiscard]] std::size_t value_stride() const noexcept { return value_stride_; }
  /// How much a lookup writes.
  [[nodiscard]] std::size_t value_bytes() const noexcept { return value_bytes_; }

  [[nodiscard]] bool lookup(const void* key, void* value, std::uint64_t flags = 0) const;
  void update(const void* key, const void* value, Update flags) const;
  /// False when the key was there already.
  [[nodiscard]] bool insert(const void* key, const void* value) const;
  /// For maps without keys. False when the map is full.
  [[nodiscard]] bool push(const void* value, std::uint64_t flags) const;
  /// False when the key was absent.
  bool remove(const void* key) const;
  /// Reads and removes; false when the key was absent.
  [[nodiscard]] bool take(const void* key, void* value) const;
  /// The key after `key`, or the first one for nullptr; false at the end.
  [[nodiscard]] bool next(const void* key, void* next) const;

  /// Gives each entry once. Entries that stay are not missed, whatever others insert or remove meanwhile.
  ///
  /// Throws: NotSupported when the kernel does not give keys or values of this kind of map, SystemError with EAGAIN
  ///         when others change the map so fast that a walk does not get on
  void read(const ChunkSink& sink, Reading reading = Reading::automatic) const;
  /// Gives each entry once and removes it; what is inserted meanwhile stays or is given, but is not lost.
  void drain(const ChunkSink& sink, Reading reading = Reading::automatic) const;
  /// Gives the numbers of each slot of an array, or of each key of a hash that has other than zero, and leaves zero in
  /// their place, in one step each. Idle keys that cannot be removed stay.
  ///
  /// Throws: SystemError with EPERM when the map is frozen; with WithoutExchange::fail, NotSupported when the kernel
  /// has
  ///         no atomic exchange or the map no numbers that programs may read and write, SystemError when what it takes
  ///         cannot be loaded
  void take_numbers(const ChunkSink& sink, IdleKeys idle = IdleKeys::keep,
                    WithoutExchange without = WithoutExchange::fail) const;
  /// Gives each key once, with its value, or with nullptr where the kernel does not give values.
  ///
  /// Throws: NotSupported when the kernel does not give keys either
  void show(const std::function<void(const std::byte* key, const std::byte* value)>& entry) const;
  void clear() const;
  /// Sets every value to zero bytes; keys stay.
  void zero() const;
  [[nodiscard]] std::size_t count() const;
  /// Removes keys that lie side by side, with few system calls. Returns: how many were there
  std::size_t remove_many(const std::byte* keys, std::size_t count) const;
  void update_many(const std::byte* keys, const std::byte* values, std::size_t count, Update flags) const;

  /// A text as a key of this table, padded with zeros.
  ///
  /// Throws: TypeMismatch when it is longer
  [[nodiscard]] std::string padded_key(const std::string& text) const;
  /// The key as text: by BTF where the map has it, else its bytes in hexadecimal.
  [[nodiscard]] std::string key_text(const void* key) const;
  [[noreturn]] void throw_key_error(const void* key) const;
  /// Throws SystemError, with a hint where the table itself is the reason: it is frozen, or full.
  [[noreturn]] void fail(int code, const char* operation) const;

 private:
  MapPtr map_;
  std::size_t value_stride_;
  std::size_t value_bytes_;
};

}  // namespace bccxx::detail
