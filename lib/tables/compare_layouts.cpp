// Two lists of leaves are walked side by side; what lies at one place in both must be of one kind.

#include "tables/btf_layout.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace bccxx::detail {
namespace {

/// A member that only fills a hole is one that C++ need not name.
bool is_padding(const BtfLeaf& leaf) {
  const auto dot = leaf.name.rfind('.');
  std::string_view last = leaf.name;
  if (dot != std::string::npos) last.remove_prefix(dot + 1);
  while (last.starts_with('_')) last.remove_prefix(1);
  return last.empty() || last.starts_with("pad") || last.starts_with("reserved") || last.starts_with("unused");
}

bool is_number(LeafKind kind) {
  return kind == LeafKind::signed_integer || kind == LeafKind::unsigned_integer || kind == LeafKind::enumeration ||
         kind == LeafKind::byte;
}

bool is_run_of_bytes(LeafKind kind) { return kind == LeafKind::text || kind == LeafKind::bytes; }

/// For two leaves of one place.
bool kinds_fit(const Leaf& cpp, const Leaf& btf) {
  if (cpp.kind == btf.kind || cpp.kind == LeafKind::bytes) return true;
  if (is_run_of_bytes(cpp.kind)) return is_run_of_bytes(btf.kind) || btf.kind == LeafKind::byte;
  if (is_run_of_bytes(btf.kind)) return cpp.kind == LeafKind::byte;
  if (cpp.bit_field || btf.bit_field) return is_number(cpp.kind) && is_number(btf.kind);
  const auto numbers = [](LeafKind a, LeafKind b) {
    return (a == LeafKind::enumeration || a == LeafKind::byte) && is_number(b);
  };
  if (numbers(cpp.kind, btf.kind) || numbers(btf.kind, cpp.kind)) return true;
  return (cpp.kind == LeafKind::pointer && btf.kind == LeafKind::unsigned_integer) ||
         (btf.kind == LeafKind::pointer && cpp.kind == LeafKind::unsigned_integer);
}

/// Whether a leaf of this kind may stand for `part`, which lies in it.
bool may_hold(const Leaf& whole, const Leaf& part, bool whole_is_cpp) {
  if (whole.kind == LeafKind::opaque) return true;
  if (whole_is_cpp && whole.kind == LeafKind::bytes) return true;
  if (is_run_of_bytes(whole.kind)) return part.kind == LeafKind::byte || part.kind == LeafKind::boolean;
  // C++ has no name for a number of 16 bytes.
  if (!whole_is_cpp && whole.width == 128 && is_number(whole.kind)) return true;
  return is_number(whole.kind) && !whole.bit_field && part.bit_field;
}

bool may_be_left_out(const BtfLeaf& leaf) { return leaf.place.kind == LeafKind::opaque || is_padding(leaf); }

class Comparison {
 public:
  Comparison(std::span<const Leaf> cpp, std::span<const BtfLeaf> btf) : cpp_(cpp), btf_(btf) {}

  std::optional<std::size_t> run() {
    while (c_ < cpp_.size() && b_ < btf_.size()) {
      const auto& cpp = cpp_[c_];
      const auto& btf = btf_[b_].place;
      if (cpp.end() <= btf.offset) {
        ++c_;  // where BTF has a hole
      } else if (btf.end() <= cpp.offset) {
        if (!may_be_left_out(btf_[b_])) return btf.offset;
        ++b_;
      } else if (!pair(cpp, btf)) {
        return std::max(cpp.offset, btf.offset);
      }
    }
    for (; b_ < btf_.size(); ++b_) {
      if (!may_be_left_out(btf_[b_])) return btf_[b_].place.offset;
    }
    return std::nullopt;
  }

 private:
  /// Compares two leaves that overlap, and goes on behind them.
  bool pair(const Leaf& cpp, const Leaf& btf) {
    if (cpp.kind == LeafKind::boolean && btf.offset == cpp.offset && btf.width <= 8) return ++c_, ++b_, true;
    if (cpp.offset == btf.offset && cpp.width == btf.width && cpp.kind != LeafKind::opaque &&
        btf.kind != LeafKind::opaque) {
      return ++c_, ++b_, kinds_fit(cpp, btf);
    }
    if (cpp.offset <= btf.offset && may_hold(cpp, btf, true)) {
      while (b_ < btf_.size() && btf_[b_].place.offset < cpp.end()) {
        if (!fits_in(btf_[b_].place, cpp, true)) return false;
        ++b_;
      }
      return ++c_, true;
    }
    if (btf.offset <= cpp.offset && may_hold(btf, cpp, false)) {
      while (c_ < cpp_.size() && cpp_[c_].offset < btf.end()) {
        if (!fits_in(cpp_[c_], btf, false)) return false;
        ++c_;
      }
      return ++b_, true;
    }
    // What is opaque may begin anywhere.
    if (cpp.kind == LeafKind::opaque) return ++b_, true;
    if (btf.kind == LeafKind::opaque) return ++c_, true;
    return false;
  }

  static bool fits_in(const Leaf& part, const Leaf& whole, bool whole_is_cpp) {
    if (whole.kind == LeafKind::opaque || part.kind == LeafKind::opaque) return true;
    return part.end() <= whole.end() && may_hold(whole, part, whole_is_cpp);
  }

  std::span<const Leaf> cpp_;
  std::span<const BtfLeaf> btf_;
  std::size_t c_ = 0;
  std::size_t b_ = 0;
};

std::string type_text(const Leaf& leaf) {
  if (leaf.bit_field) return fmt::format("{} bits", leaf.width);
  switch (leaf.kind) {
    case LeafKind::signed_integer:
      return fmt::format("s{}", leaf.width);
    case LeafKind::unsigned_integer:
      return fmt::format("u{}", leaf.width);
    case LeafKind::enumeration:
      return fmt::format("enum{}", leaf.width);
    case LeafKind::floating:
      return leaf.width == 32 ? "float" : leaf.width == 64 ? "double" : fmt::format("f{}", leaf.width);
    case LeafKind::pointer:
      return "pointer";
    case LeafKind::byte:
      return "u8";
    case LeafKind::boolean:
      return "bool";
    case LeafKind::text:
      return fmt::format("char[{}]", leaf.width / 8);
    case LeafKind::bytes:
      return fmt::format("u8[{}]", leaf.width / 8);
    case LeafKind::opaque:
      return fmt::format("{} bytes", leaf.width / 8);
  }
  return {};
}

std::string place_text(const Leaf& leaf) {
  return leaf.offset % 8 == 0 ? fmt::format("at {}", leaf.offset / 8)
                              : fmt::format("at {} bit {}", leaf.offset / 8, leaf.offset % 8);
}

const Leaf& place_of(const Leaf& leaf) { return leaf; }
const Leaf& place_of(const BtfLeaf& leaf) { return leaf.place; }
std::string name_of(const Leaf& /*leaf*/) { return {}; }
std::string name_of(const BtfLeaf& leaf) { return leaf.name.empty() ? "" : " " + leaf.name; }

template <class SomeLeaf>
std::string describe(std::span<const SomeLeaf> leaves) {
  constexpr std::size_t shown = 24;
  std::string result;
  std::size_t written = 0;
  for (std::size_t i = 0; i < leaves.size() && written < shown; ++written) {
    const auto& first = place_of(leaves[i]);
    std::size_t count = 1;
    while (i + count < leaves.size() && place_of(leaves[i + count]).continues) ++count;
    result += (written == 0 ? "" : ", ") + type_text(first) + name_of(leaves[i]);
    if (count > 1) result += fmt::format("[{}]", count);
    result += " " + place_text(first);
    i += count;
    if (written + 1 == shown && i < leaves.size()) result += ", …";
  }
  return "{" + result + "}";
}

}  // namespace

std::optional<std::size_t> first_difference(std::span<const Leaf> cpp, std::span<const BtfLeaf> btf) {
  return Comparison(cpp, btf).run();
}

std::optional<std::size_t> first_difference(std::span<const BtfLeaf> declared, std::span<const BtfLeaf> btf) {
  std::vector<Leaf> places;
  for (const auto& leaf : declared) places.push_back(leaf.place);
  const auto difference = first_difference(std::span<const Leaf>(places), btf);
  if (difference) return difference;
  std::size_t next = 0;
  for (const auto& leaf : declared) {
    while (next < btf.size() && btf[next].place.end() <= leaf.place.offset) ++next;
    const bool in_hole = next == btf.size() || leaf.place.end() <= btf[next].place.offset;
    if (in_hole && !may_be_left_out(leaf)) return leaf.place.offset;
  }
  return std::nullopt;
}

std::string describe_layout(std::span<const Leaf> leaves) { return describe(leaves); }
std::string describe_layout(std::span<const BtfLeaf> leaves) { return describe(leaves); }

}  // namespace bccxx::detail
