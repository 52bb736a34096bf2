#pragma once
// Any table, without C++ types: BTF tells how to print it and how to read what is typed in.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/table_base.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bccxx {

/// A table of any kind, with keys and values as text.
///
/// A struct reads `{pid: 42, comm: "bash"}`, a char array as a string, an enumerator by its name, a pointer in
/// hexadecimal; per-CPU values are a list. What is given as text may be a plain number or string, or JSON for structs
/// and lists. Without BTF, keys and values of 1, 2, 4 and 8 bytes are unsigned numbers and others hexadecimal digits;
/// libbpf gives the kernel no BTF of queues, stacks, and tables of maps, devices and sockets.
///
/// Source:  bcc BPFTable, key_sprintf, leaf_scanf
/// Example: tests/integration/tables/table_test.cpp, "structs read by their member names"
class BCCXX_API Table : public TableBase {
 public:
  explicit Table(MapPtr map);

  /// The C names of the types, for example "struct key_t"; empty where there is no BTF.
  [[nodiscard]] std::string key_type() const;
  [[nodiscard]] std::string value_type() const;

  /// Returns: nullopt when the key is absent
  /// Throws:  std::invalid_argument when the text is no key of this table, NotSupported for queues and stacks,
  /// SystemError with the errno of bpf(2)
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
  /// Throws: KeyError when the key is absent; otherwise as find
  [[nodiscard]] const std::string operator[](std::string_view key) const;  // NOLINT(readability-const-return-type)
  /// Writes a value; for per-CPU tables the same one on every CPU.
  ///
  /// Throws: std::invalid_argument when the text does not fit, SystemError with the errno of bpf(2)
  void update(std::string_view key, std::string_view value, Update how = Update::any) const;
  /// Returns: whether the key was there
  bool remove(std::string_view key) const;

  /// For queues and stacks, which have no keys: puts a value in, takes the next one out, or looks at it.
  ///
  /// Returns: false when the table is full; nullopt when it is empty
  /// Throws:  std::invalid_argument when the text does not fit, NotSupported for tables with keys
  [[nodiscard]] bool push(std::string_view value) const;
  [[nodiscard]] std::optional<std::string> pop() const;
  [[nodiscard]] std::optional<std::string> peek() const;

  /// Every key and value, in the map's order; "null" for values that the kernel does not give.
  ///
  /// Throws: NotSupported when the kernel does not list the keys
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> items() const;
  /// How many entries there are.
  [[nodiscard]] std::size_t size() const { return core().count(); }
  /// Removes every entry, or zeroes them where the kind of map cannot.
  void clear() const;
  void zero() const { core().zero(); }
};

}  // namespace bccxx
