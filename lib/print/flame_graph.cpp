// Merges stacks into a tree and draws each node as a rectangle over its callees.

#include <bccxx/print/flame_graph.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <memory>

namespace bccxx {
namespace {

constexpr int row_height = 16;
constexpr int margin = 10;
constexpr int head_height = 40;
constexpr double glyph_width = 6.6;
constexpr std::size_t deepest = 2000;

struct Node {
  std::uint64_t count = 0;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> callees;
};

/// The length of the UTF-8 character at the front, 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) >= 0xf1 ? 0 : byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe1 ? 3 : 2;
  // What is left out here (overlong forms, surrogates, the upper planes) no name needs.
  if (length == 0 || length > text.size() || (byte(0) >= 0x80 && byte(0) < 0xc2)) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  const bool surrogate_or_reserved = length == 3 && (byte(0) == 0xed || (byte(0) == 0xef && byte(1) == 0xbf));
  return surrogate_or_reserved || (length == 4 && byte(1) < 0x90) ? 0 : length;
}

std::string xml_text(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto length = character_length(text);
    const char first = text.front();
    const auto byte = static_cast<unsigned char>(first);
    if (first == '&')
      safe += "&amp;";
    else if (first == '<')
      safe += "&lt;";
    else if (first == '>')
      safe += "&gt;";
    else if (first == '"')
      safe += "&quot;";
    else if (length == 0 || byte < 0x20 || byte == 0x7f)
      safe += fmt::format("\\x{:02x}", byte);
    else
      safe += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return safe;
}

/// Names that fit, cut at a character.
std::string_view fitting(std::string_view name, double width) {
  const auto most = static_cast<std::size_t>(std::max(0.0, width / glyph_width));
  if (most < 3) return {};
  if (name.size() <= most) return name;
  auto end = most - 2;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end);
}

/// The same name has the same colour in every picture; the kernel's frames are orange.
std::string colour_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  const auto first = hash % 50;
  const auto second = (hash >> 8) % 100;
  if (name.ends_with("_[k]")) return fmt::format("rgb({},{},0)", 205 + first, 130 + second / 2);
  if (name.ends_with("_[i]")) return fmt::format("rgb({},{},{})", 90 + first, 180 + second / 2, 180 + second / 2);
  return fmt::format("rgb({},{},{})", 205 + first, 40 + second, 30 + first / 2);
}

class Picture {
 public:
  explicit Picture(const FlameGraphOptions& options) : options_(options) {}

  void draw(const FoldedStacks& stacks) {
    for (const auto& [frames, count] : stacks.stacks()) add(frames, count);
    levels_ = depth(root_, 0) + 1;
    height_ = head_height + static_cast<int>(levels_) * row_height + 2 * margin;
    draw("all", root_, 0.0, 0);
  }

  [[nodiscard]] std::string svg() const;

 private:
  [[nodiscard]] double share(const Node& node) const {
    return root_.count == 0 ? 0.0 : static_cast<double>(node.count) / static_cast<double>(root_.count);
  }

  void add(const std::vector<std::string>& frames, std::uint64_t count) {
    auto* node = &root_;
    node->count += count;
    for (const auto& frame : std::span(frames).first(std::min(frames.size(), deepest))) {
      auto& callee = node->callees[frame];
      if (callee == nullptr) callee = std::make_unique<Node>();
      node = callee.get();
      node->count += count;
    }
  }

  [[nodiscard]] std::size_t depth(const Node& node, std::size_t level) const {
    auto most = level;
    for (const auto& [name, callee] : node.callees)
      if (share(*callee) >= options_.narrowest) most = std::max(most, depth(*callee, level + 1));
    return most;
  }

  void draw(std::string_view name, const Node& node, double left, std::size_t level) {
    if (share(node) < options_.narrowest) return;
    const double inner = options_.width - 2 * margin;
    const double x = margin + left * inner;
    const double width = share(node) * inner;
    const int y = height_ - margin - static_cast<int>(level + 1) * row_height;
    fmt::format_to(std::back_inserter(frames_),
                   "<g class=\"f\" data-x=\"{:.7f}\" data-w=\"{:.7f}\" data-n=\"{}\"><title>{} ({} {}, {:.2f}%)</title>"
                   "<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"/>"
                   "<text x=\"{:.2f}\" y=\"{}\">{}</text></g>\n",
                   left, share(node), xml_text(name), xml_text(name), node.count, xml_text(options_.count_name),
                   share(node) * 100, x, y, width, row_height - 1, colour_of(name), x + 3, y + 11,
                   xml_text(fitting(name, width)));
    for (const auto& [callee_name, callee] : node.callees) {
      draw(callee_name, *callee, left, level + 1);
      left += share(*callee);
    }
  }

  FlameGraphOptions options_;
  Node root_;
  std::size_t levels_ = 0;
  int height_ = 0;
  std::string frames_;
};

/// Widens the frame clicked on to the whole width, and marks the names that hold the text asked for.
constexpr std::string_view script = R"js(
const frames = [...document.querySelectorAll('.f')], svg = document.documentElement;
const width = svg.viewBox.baseVal.width - 20;
function show(left, share) {
  for (const f of frames) {
    const x = +f.dataset.x, w = +f.dataset.w, eps = 1e-6;
    const inside = x >= left - eps && x + w <= left + share + eps;
    const around = x <= left + eps && x + w >= left + share - eps;
    f.style.display = inside || around ? '' : 'none';
    f.style.opacity = inside ? 1 : 0.5;
    const from = inside ? (x - left) / share : 0, wide = inside ? w / share : 1;
    const [r, t] = [f.querySelector('rect'), f.querySelector('text')];
    r.setAttribute('x', 10 + from * width); r.setAttribute('width', wide * width);
    t.setAttribute('x', 13 + from * width);
    const most = Math.floor(wide * width / 6.6), name = f.dataset.n;
    t.textContent = most < 3 ? '' : name.length <= most ? name : name.slice(0, most - 2);
  }
}
function find(text) {
  let found = [];
  for (const f of frames) {
    const hit = text !== '' && f.dataset.n.includes(text);
    f.querySelector('rect').style.fill = hit ? 'rgb(230,0,230)' : '';
    if (hit) found.push([+f.dataset.x, +f.dataset.x + +f.dataset.w]);
  }
  found.sort((a, b) => a[0] - b[0]);
  let sum = 0, end = 0;
  for (const [a, b] of found) { sum += Math.max(0, b - Math.max(a, end)); end = Math.max(end, b); }
  document.getElementById('found').textContent = text === '' ? '' : (100 * sum).toFixed(2) + '% match ' + text;
}
for (const f of frames) f.addEventListener('click', () => show(+f.dataset.x, +f.dataset.w));
function ask() { const text = prompt('Part of a name'); if (text !== null) find(text); }
document.getElementById('search').addEventListener('click', ask);
addEventListener('keydown', e => { if (e.ctrlKey && e.key === 'f') { e.preventDefault(); ask(); } });
)js";

std::string Picture::svg() const {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n"
      "<style>text{{font:11px monospace;pointer-events:none}}.f:hover rect{{stroke:#000}}.f,#search{{cursor:pointer}}"
      "#title{{font-size:16px}}#search{{pointer-events:auto}}</style>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff8ee\"/>\n"
      "<text id=\"title\" x=\"{2}\" y=\"24\">{3}</text>\n"
      "<text id=\"found\" x=\"{2}\" y=\"40\"></text>\n"
      "<text id=\"search\" x=\"{4}\" y=\"24\">search</text>\n"
      "{5}<script><![CDATA[{6}]]></script>\n</svg>\n",
      options_.width, height_, margin, xml_text(options_.title), options_.width - 60, frames_, script);
}

}  // namespace

std::string flame_graph_svg(const FoldedStacks& stacks, const FlameGraphOptions& options) {
  Picture picture(options);
  picture.draw(stacks);
  return picture.svg();
}

}  // namespace bccxx
