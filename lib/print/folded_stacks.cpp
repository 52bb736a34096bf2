// Puts both halves of a stack into one line.

#include <bccxx/print/folded_stacks.hpp>

#include <bccxx/support/escape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bccxx {
namespace {

std::string one_frame(std::string_view name) {
  auto safe = escape_control(name);
  std::ranges::replace(safe, ';', ':');
  return safe;
}

}  // namespace

void FoldedStacks::add(std::string_view process, std::span<const std::string> user, std::span<const std::string> kernel,
                       std::uint64_t count) {
  std::vector<std::string> frames;
  frames.reserve(user.size() + kernel.size() + 2);
  frames.push_back(one_frame(process));
  for (auto frame = user.rbegin(); frame != user.rend(); ++frame) frames.push_back(one_frame(*frame));
  if (style_.kernel_mark == KernelMark::delimiter && !user.empty() && !kernel.empty())
    frames.push_back(style_.delimiter);
  const auto* suffix = style_.kernel_mark == KernelMark::suffix ? "_[k]" : "";
  for (auto frame = kernel.rbegin(); frame != kernel.rend(); ++frame) frames.push_back(one_frame(*frame) + suffix);
  stacks_[std::move(frames)] += count;
}

std::string FoldedStacks::text() const {
  std::string text;
  for (const auto& [frames, count] : stacks_) text += fmt::format("{} {}\n", fmt::join(frames, ";"), count);
  return text;
}

}  // namespace bccxx
