#pragma once
// Stack traces as build ids and offsets, good after the process has gone.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/table_base.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace bccxx {

/// One frame as the kernel stores it (struct bpf_stack_build_id).
struct BuildIdFrame {
  enum class Status : std::int32_t {
    empty = 0,
    valid = 1,  ///< build_id, and an offset in that file
    ip = 2,     ///< no build id could be read: an address in the process
  };
  Status status = Status::empty;
  std::array<std::uint8_t, 20> build_id = {};
  std::uint64_t offset_or_ip = 0;
};

/// Stack traces by id, with build ids (BPF_STACK_TRACE_BUILDID).
///
/// Throws:  TypeMismatch when the map is another kind, or holds addresses
/// Kernel:  4.17 (BPF_F_STACK_BUILD_ID)
class BCCXX_API StackBuildIdTable : public TableBase {
 public:
  explicit StackBuildIdTable(MapPtr map);

  [[nodiscard]] std::size_t depth() const noexcept;
  /// The frames, innermost first.
  ///
  /// Returns: nullopt when there is no such stack
  [[nodiscard]] std::optional<std::vector<BuildIdFrame>> find(std::int64_t id) const;
  /// Throws: KeyError when there is no such stack
  [[nodiscard]] const std::vector<BuildIdFrame> operator[](
      std::int64_t id) const;  // NOLINT(readability-const-return-type)
  [[nodiscard]] std::vector<std::pair<std::int32_t, std::vector<BuildIdFrame>>> items() const;
  bool remove(std::int64_t id) const;
  void clear() const;
  [[nodiscard]] std::size_t size() const { return core().count(); }
};

}  // namespace bccxx
