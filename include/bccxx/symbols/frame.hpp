#pragma once
// One symbolised address: what it is called, where it lies, or why nobody can say.

#include <bccxx/support/escape.hpp>
#include <bccxx/support/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx {

/// Why an address has no symbol.
enum class Unresolved : std::uint8_t {
  none,
  process_gone,
  not_permitted,
  no_mapping,
  anonymous_memory,
  file_gone,
  file_replaced,
  not_a_regular_file,
  fuse_file,
  not_elf,
  damaged_file,
  file_too_large,
  no_symbol_table,
  no_symbol,
  addresses_hidden,
  outside_kernel_text,
  unknown_build_id,
};

/// The reason in words, such as "no symbol covers it"; empty for `none`.
[[nodiscard]] BCCXX_API std::string_view describe(Unresolved reason) noexcept;

/// The id a linker gave a binary.
class BCCXX_API BuildId {
 public:
  static constexpr std::size_t max_size = 32;

  BuildId() noexcept = default;
  /// Ids longer than `max_size` count as absent.
  explicit BuildId(std::span<const std::uint8_t> bytes) noexcept;
  /// Returns: nullopt unless the text is an even number of hexadecimal digits
  [[nodiscard]] static std::optional<BuildId> from_hex(std::string_view text);

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }
  /// Lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;

  friend bool operator==(const BuildId&, const BuildId&) = default;
  friend auto operator<=>(const BuildId&, const BuildId&) = default;

 private:
  std::array<std::uint8_t, max_size> bytes_{};
  std::uint8_t size_ = 0;
};

/// A function the compiler inlined at the address.
///
/// Units: line counts from 1; 0 means the debug information gives none
struct InlinedFrame {
  std::string symbol;
  std::string file;
  int line = 0;
};

/// One address of a stack.
///
/// Shape: `inlined` runs from the innermost function outwards; `symbol`, `file` and `line` are the function that holds
///        them all and its place
/// Units: `offset` is bytes from the start of `symbol`; `module_offset` is bytes from the start of the file `module`,
///        which is how the kernel counts in build-id stacks (where no file is mapped: from the start of the mapping)
struct Frame {
  std::uint64_t address = 0;
  /// Empty when unresolved. Not escaped: it may hold whatever the binary holds.
  std::string symbol;
  std::uint64_t offset = 0;
  /// The path as the process sees it, "[vdso]", "kernel" or the name of a kernel module.
  std::string module;
  std::uint64_t module_offset = 0;
  BuildId build_id;
  std::string file;
  int line = 0;
  Unresolved reason = Unresolved::none;
  std::vector<InlinedFrame> inlined;

  [[nodiscard]] bool resolved() const noexcept { return reason == Unresolved::none; }
};

/// What of a frame is shown. `name_only` is how folded stacks and flame graphs call it.
struct FrameStyle {
  bool offset = true;
  bool module = true;
  bool source = true;
  bool reason = true;

  [[nodiscard]] static constexpr FrameStyle name_only() { return {false, false, false, false}; }
};

/// `symbol+0x1f [libc.so.6] file.c:12`; unresolved `libc.so.6+0x1f4a0 [9c2b…] (no symbol covers it)`.
///
/// Shape:  one line; control bytes, which a hostile binary could send to the terminal, are shown as `\x1b`
/// Source: bcc sym(show_module, show_offset), which prints "[unknown]" and loses module and offset
[[nodiscard]] BCCXX_API std::string to_string(const Frame& frame, FrameStyle style = {});

/// The frame as one line for each function: those inlined into it, innermost first, then itself.
///
/// `inner (inlined) file.c:7`, `symbol+0x1f [libc.so.6] file.c:12`
[[nodiscard]] BCCXX_API std::vector<std::string> frame_lines(const Frame& frame, FrameStyle style = {});

/// The names of the frame as one stack entry each, outermost first: the function, then what was inlined into it,
/// each inlined one ending in "_[i]".
[[nodiscard]] BCCXX_API std::vector<std::string> folded_names(const Frame& frame);

}  // namespace bccxx
