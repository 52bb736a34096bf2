#pragma once
// Stacks as flame graph scripts read them: one line each, "process;outermost;…;innermost count".

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bccxx {

/// How the kernel's frames are told from the process's.
enum class KernelMark {
  /// A frame of its own between the two, when a stack has both.
  delimiter,
  /// Each of them ends in "_[k]", which flame graph scripts colour.
  suffix,
  none,
};

struct FoldedStyle {
  KernelMark kernel_mark = KernelMark::delimiter;
  std::string delimiter = "-";
};

/// Counted stacks; equal ones are added up.
///
/// Source: bcc offcputime -f, profile -f (delimiter "-"), profile -af (suffix "_[k]")
class BCCXX_API FoldedStacks {
 public:
  explicit FoldedStacks(FoldedStyle style = {}) : style_(std::move(style)) {}

  /// One stack; `user` and `kernel` run from the innermost frame outwards, as the kernel gives them.
  void add(std::string_view process, std::span<const std::string> user, std::span<const std::string> kernel,
           std::uint64_t count = 1);

  /// The stacks, outermost frame first.
  [[nodiscard]] const std::map<std::vector<std::string>, std::uint64_t>& stacks() const noexcept { return stacks_; }
  [[nodiscard]] bool empty() const noexcept { return stacks_.empty(); }

  /// All lines, sorted.
  ///
  /// Shape: a ";" within a name becomes ":", and control bytes become "\xNN", as either would make another line of it
  [[nodiscard]] std::string text() const;

 private:
  FoldedStyle style_;
  std::map<std::vector<std::string>, std::uint64_t> stacks_;
};

}  // namespace bccxx
