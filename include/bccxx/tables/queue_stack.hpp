#pragma once
// Queues (first in, first out) and stacks (last in, first out) of values without keys.

#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/table_base.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// What push() does when the table is full.
enum class WhenFull : std::uint64_t {
  refuse = 0,       ///< push gives false
  drop_oldest = 2,  ///< the value that would come out of a queue next makes room; BPF_EXIST
};

/// A queue or a stack of V (BPF_QUEUE, BPF_STACK).
///
/// Throws:  TypeMismatch when the map is another kind, or V cannot be its value
/// Kernel:  4.20
/// Source:  bcc QueueStack
/// Example: tests/integration/tables/queue_stack_test.cpp
template <class V>
class QueueStackTable : public TableBase {
 public:
  using mapped_type = V;

  explicit QueueStackTable(MapPtr map)
      : TableBase(std::move(map), {MapKind::queue, MapKind::stack}, {}, detail::value_shape<V>()) {}

  /// Returns: false, with nothing written, when the table is full and nothing may be dropped
  /// Throws:  SystemError with the errno of bpf(2)
  [[nodiscard]] bool push(const V& value, WhenFull when_full = WhenFull::refuse) const {
    return core().push(&value, static_cast<std::uint64_t>(when_full));
  }
  /// Takes the next value out. Returns: nullopt when the table is empty
  [[nodiscard]] std::optional<V> pop() const {
    detail::Bytes<V> value;
    if (!core().take(nullptr, &value)) return std::nullopt;
    return detail::load<V>(value.data.data());
  }
  /// The next value, which stays. Returns: nullopt when the table is empty
  [[nodiscard]] std::optional<V> peek() const {
    detail::Bytes<V> value;
    if (!core().lookup(nullptr, &value)) return std::nullopt;
    return detail::load<V>(value.data.data());
  }
  /// Takes everything out that is in it now, in order; at most capacity() values.
  ///
  /// Source: bcc QueueStack.values, which takes them out as well
  [[nodiscard]] std::vector<V> drain() const {
    std::vector<V> result;
    while (result.size() < capacity()) {
      auto value = pop();
      if (!value) break;
      result.push_back(*value);
    }
    return result;
  }
};

}  // namespace bccxx
