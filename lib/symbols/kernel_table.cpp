// Parses kallsyms once, and knows where each module's text ends.

#include "symbols/kernel_table.hpp"

#include "support/file.hpp"
#include "symbols/line_splitter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace bccxx::symbols {
namespace {

/// Code without a known end, such as a BPF program, is not taken to be larger than this.
constexpr std::uint64_t most_code_size = std::uint64_t{1} << 20;

std::uint16_t rank_of(char type) {
  if (type == 'T') return 0;
  return type == 't' ? 1 : 2;
}

}  // namespace

KernelTable::KernelTable(const std::string& kallsyms, const std::string& modules)
    : modules_text_(read_modules(modules)) {
  // One that cannot be read leaves the table empty, as one without addresses does.
  static_cast<void>(read_kallsyms(kallsyms, [this](const KallsymsLine& line) {
    add(line);
    return true;
  }));
  std::ranges::stable_sort(functions_, [](const Function& a, const Function& b) {
    return a.address != b.address ? a.address < b.address : a.rank < b.rank;
  });
  read_regions();
}

std::string KernelTable::read_modules(const std::string& path) {
  return support::read_small_file(path).value_or(std::string());
}

Frame KernelTable::resolve(std::uint64_t address) const {
  Frame frame;
  frame.address = address;
  if (hidden_) {
    frame.reason = Unresolved::addresses_hidden;
    return frame;
  }
  const auto next = std::ranges::upper_bound(functions_, address, {}, &Function::address);
  if (next == functions_.begin() || !in_text(address, *std::prev(next))) {
    frame.reason = Unresolved::outside_kernel_text;
    return frame;
  }
  const auto start = std::prev(next)->address;
  const auto& function = *std::ranges::lower_bound(functions_, start, {}, &Function::address);
  frame.symbol = name(function);
  frame.offset = address - function.address;
  frame.module = module_names_[function.module];
  frame.module_offset = address - regions_[function.module].start;
  return frame;
}

std::optional<std::uint64_t> KernelTable::find(std::string_view wanted, std::string_view module) {
  index_names();
  const auto from = std::ranges::lower_bound(by_name_, wanted, {}, [&](std::uint32_t i) { return name_at(i); });
  const Function* found = nullptr;
  for (auto it = from; it != by_name_.end() && name_at(*it) == wanted; ++it) {
    const auto& function = functions_[*it];
    if (!module.empty() && module_names_[function.module] != module) continue;
    if (found == nullptr || function.module < found->module) found = &function;
  }
  return found == nullptr ? std::nullopt : std::optional(found->address);
}

void KernelTable::index_names() {
  if (!by_name_.empty()) return;
  by_name_.resize(functions_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  std::ranges::stable_sort(by_name_, {}, [&](std::uint32_t i) { return name_at(i); });
}

void KernelTable::add(const KallsymsLine& line) {
  // Where the kernel's text ends is not a function, but bounds the last one.
  if (line.module.empty()) note_boundary(line);
  if (!line.is_function()) return;
  if (line.address != 0) hidden_ = false;
  functions_.push_back(
      {line.address, static_cast<std::uint32_t>(names_.size()), module_index(line.module), rank_of(line.type)});
  names_.append(line.name).push_back('\0');
}

void KernelTable::note_boundary(const KallsymsLine& line) {
  if (line.name == "_stext") text_.start = line.address;
  if (line.name == "_etext") text_.end = line.address;
  if (line.name == "_sinittext") init_text_.start = line.address;
  if (line.name == "_einittext") init_text_.end = line.address;
}

std::uint16_t KernelTable::module_index(std::string_view module) {
  if (module.empty()) return 0;
  const auto known = module_indices_.find(module);
  if (known != module_indices_.end()) return known->second;
  if (module_names_.size() > UINT16_MAX) return 0;
  const auto index = static_cast<std::uint16_t>(module_names_.size());
  module_names_.emplace_back(module);
  module_indices_.emplace(module, index);
  return index;
}

/// Lines of /proc/modules are "name size references users state address".
void KernelTable::read_regions() {
  regions_.resize(module_names_.size());
  regions_[0] = text_;
  LineSplitter lines(65536, [&](std::string_view line) {
    std::array<std::string_view, 6> field;
    for (auto& part : field) {
      const auto blank = line.find(' ');
      part = line.substr(0, blank);
      line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
    }
    const auto known = module_indices_.find(field[0]);
    std::uint64_t size = 0;
    std::uint64_t start = 0;
    if (field[5].starts_with("0x")) field[5].remove_prefix(2);
    std::from_chars(field[1].data(), field[1].data() + field[1].size(), size);
    std::from_chars(field[5].data(), field[5].data() + field[5].size(), start, 16);
    if (known != module_indices_.end() && start != 0) regions_[known->second] = {start, start + size};
  });
  lines.add(modules_text_);
  lines.finish();
}

bool KernelTable::in_text(std::uint64_t address, const Function& function) const {
  if (function.module == 0 && text_.end != 0) return text_.holds(address) || init_text_.holds(address);
  // A module's text and data may lie apart: what /proc/modules gives bounds it only when it holds the function.
  const auto& region = regions_[function.module];
  if (region.holds(function.address)) return region.holds(address);
  return address - function.address < most_code_size;
}

}  // namespace bccxx::symbols
