#pragma once
// Counted stacks as a picture that any browser opens.

#include <bccxx/print/folded_stacks.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx {

/// How a flame graph is drawn.
///
/// Units: width is pixels; narrowest is the share of the whole below which a frame is left out
struct FlameGraphOptions {
  std::string title = "Flame graph";
  std::string count_name = "samples";
  int width = 1200;
  double narrowest = 0.0005;
};

/// An SVG file of its own: the width of a frame is its share, a click widens it, Ctrl-F or "search" finds names.
///
/// Shape:   well-formed XML whatever bytes the names hold; no reference to any other file
/// Example: tests/unit/print/flame_graph_test.cpp
[[nodiscard]] BCCXX_API std::string flame_graph_svg(const FoldedStacks& stacks, const FlameGraphOptions& options = {});

}  // namespace bccxx
