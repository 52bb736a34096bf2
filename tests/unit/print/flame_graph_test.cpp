// The flame graph: its widths, and that it stays XML whatever the names are.

#include <bccxx/print/flame_graph.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <regex>

using bccxx::flame_graph_svg;
using bccxx::FoldedStacks;

namespace {

/// The share the first frame called `name` has, -1 when it is not drawn.
double share_of(const std::string& svg, const std::string& name) {
  const std::regex frame("data-w=\"([0-9.]+)\" data-n=\"" + name + "\"");
  std::smatch found;
  return std::regex_search(svg, found, frame) ? std::stod(found[1]) : -1.0;
}

/// Whether tags are balanced and no bare "&", control byte or "<" is in any text outside the script.
bool is_well_formed(std::string svg) {
  svg = std::regex_replace(svg, std::regex("<script><!\\[CDATA\\[[^\\]]*(\\][^\\]]+)*\\]\\]></script>"), "");
  if (std::ranges::any_of(svg, [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; })) return false;
  if (std::regex_search(svg, std::regex("&(?!(amp|lt|gt|quot);)"))) return false;
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-zA-Z]+)([^<>]*?)(/?)>");
  auto left = svg;
  for (std::sregex_iterator it(svg.begin(), svg.end(), tag), end; it != end; ++it) {
    if ((*it)[1].length() != 0) {
      if (open.empty() || open.back() != (*it)[2]) return false;
      open.pop_back();
    } else if ((*it)[4].length() == 0) {
      open.push_back((*it)[2]);
    }
  }
  return open.empty() && std::regex_replace(left, std::regex("<[^<>]*>"), "").find('<') == std::string::npos;
}

}  // namespace

TEST_CASE("the width of a frame is its share of all counts") {
  FoldedStacks stacks;
  stacks.add("app", std::vector<std::string>{"left", "main"}, {}, 30);
  stacks.add("app", std::vector<std::string>{"right", "main"}, {}, 10);
  stacks.add("other", std::vector<std::string>{"main"}, {}, 60);
  const auto svg = flame_graph_svg(stacks);
  CHECK(share_of(svg, "all") == Approx(1.0));
  CHECK(share_of(svg, "app") == Approx(0.4));
  CHECK(share_of(svg, "left") == Approx(0.3));
  CHECK(share_of(svg, "right") == Approx(0.1));
  CHECK(svg.find("<title>left (30 samples, 30.00%)</title>") != std::string::npos);
  CHECK(is_well_formed(svg));
}

TEST_CASE("frames too narrow to see are left out") {
  FoldedStacks stacks;
  stacks.add("app", std::vector<std::string>{"wide"}, {}, 100000);
  stacks.add("app", std::vector<std::string>{"narrow"}, {}, 1);
  const auto svg = flame_graph_svg(stacks);
  CHECK(share_of(svg, "wide") > 0.99);
  CHECK(share_of(svg, "narrow") < 0);
}

TEST_CASE("a flame graph of nothing and of any bytes is well-formed") {
  CHECK(is_well_formed(flame_graph_svg(FoldedStacks())));
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same bytes each time
  FoldedStacks stacks;
  for (int i = 0; i < 200; ++i) {
    std::string name = "]]></script><script>&\"";
    for (int c = 0; c < 40; ++c) name += static_cast<char>(random() % 256);
    stacks.add("app", std::vector<std::string>{name}, {});
  }
  CHECK(is_well_formed(flame_graph_svg(stacks, {.title = "<&>\x01"})));
}
