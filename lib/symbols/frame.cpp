// How a frame is written.

#include <bccxx/symbols/frame.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bccxx {
namespace {

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unresolved_place(const Frame& frame) {
  if (frame.module.empty()) return fmt::format("0x{:x}", frame.address);
  return fmt::format("{}+0x{:x}", escape_control(base_name(frame.module)), frame.module_offset);
}

}  // namespace

std::string_view describe(Unresolved reason) noexcept {
  switch (reason) {
    case Unresolved::none:
      return "";
    case Unresolved::process_gone:
      return "the process has gone";
    case Unresolved::not_permitted:
      return "not permitted to look";
    case Unresolved::no_mapping:
      return "no executable mapping holds it";
    case Unresolved::anonymous_memory:
      return "anonymous memory, and no perf map names it";
    case Unresolved::file_gone:
      return "the file cannot be opened";
    case Unresolved::file_replaced:
      return "the file is another one by now";
    case Unresolved::not_a_regular_file:
      return "not a regular file";
    case Unresolved::fuse_file:
      return "the file is on FUSE, which may block";
    case Unresolved::not_elf:
      return "not an ELF file";
    case Unresolved::damaged_file:
      return "the ELF file is damaged";
    case Unresolved::file_too_large:
      return "the symbol table is too large";
    case Unresolved::no_symbol_table:
      return "the file has no symbol table";
    case Unresolved::no_symbol:
      return "no symbol covers it";
    case Unresolved::addresses_hidden:
      return "kernel addresses are hidden, see kernel.kptr_restrict";
    case Unresolved::outside_kernel_text:
      return "not in the text of the kernel or a module";
    case Unresolved::unknown_build_id:
      return "no file with this build id is known";
  }
  return "";
}

BuildId::BuildId(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() > max_size) return;
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  size_ = static_cast<std::uint8_t>(bytes.size());
}

std::optional<BuildId> BuildId::from_hex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() > 2 * max_size) return std::nullopt;
  BuildId id;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes_[id.size_++] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::string BuildId::hex() const { return fmt::format("{:02x}", fmt::join(bytes(), "")); }

std::string to_string(const Frame& frame, FrameStyle style) {
  if (!frame.resolved()) {
    auto text = unresolved_place(frame);
    if (style.module && !frame.build_id.empty()) text += fmt::format(" [{}]", frame.build_id.hex());
    if (style.reason) text += fmt::format(" ({})", describe(frame.reason));
    return text;
  }
  auto text = escape_control(frame.symbol);
  if (style.offset) text += fmt::format("+0x{:x}", frame.offset);
  if (style.module && !frame.module.empty()) text += fmt::format(" [{}]", escape_control(base_name(frame.module)));
  if (style.source && !frame.file.empty()) text += fmt::format(" {}:{}", escape_control(frame.file), frame.line);
  return text;
}

std::vector<std::string> frame_lines(const Frame& frame, FrameStyle style) {
  std::vector<std::string> lines;
  for (const auto& inner : frame.inlined) {
    auto text = escape_control(inner.symbol) + " (inlined)";
    if (style.source && !inner.file.empty()) text += fmt::format(" {}:{}", escape_control(inner.file), inner.line);
    lines.push_back(std::move(text));
  }
  lines.push_back(to_string(frame, style));
  return lines;
}

std::vector<std::string> folded_names(const Frame& frame) {
  std::vector<std::string> names = {to_string(frame, FrameStyle::name_only())};
  for (auto inner = frame.inlined.rbegin(); inner != frame.inlined.rend(); ++inner)
    names.push_back(escape_control(inner->symbol) + "_[i]");
  return names;
}

}  // namespace bccxx
