// Asks kallsyms and the lists of tracefs and debugfs anew each time; none of them is kept.

#include "symbols/kernel_functions.hpp"

#include "support/file.hpp"
#include "support/mounts.hpp"
#include "support/nearest_names.hpp"
#include "support/system_call.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <regex>
#include <set>

namespace bccxx::symbols {
namespace {

constexpr const char* kallsyms = "/proc/kallsyms";

/// "module:name" in its two parts.
struct FunctionName {
  explicit FunctionName(std::string_view text) {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) module = text.substr(0, colon);
    name = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  }
  std::optional<std::string_view> module;
  std::string_view name;
};

/// The names in one column of a file of the kernel; nullopt when it cannot be read.
std::optional<std::set<std::string, std::less<>>> names_in(const std::string& path, int column) {
  const auto text = support::read_small_file(path);
  if (!text) return std::nullopt;
  std::set<std::string, std::less<>> names;
  std::string_view rest = *text;
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    for (int i = 0; i < column; ++i) line.remove_prefix(std::min(line.find_first_of(" \t"), line.size() - 1) + 1);
    if (const auto name = line.substr(0, line.find_first_of(" \t")); !name.empty()) names.emplace(name);
  }
  return names;
}

std::optional<std::set<std::string, std::less<>>> blacklist() {
  return names_in("/sys/kernel/debug/kprobes/blacklist", 1);
}

std::optional<std::set<std::string, std::less<>>> traceable() {
  const auto tracefs = support::find_tracefs();
  return tracefs ? names_in(*tracefs + "/available_filter_functions", 0) : std::nullopt;
}

/// Follows the markers of sections that cannot be probed while lines pass by in the order of addresses.
class SectionFilter {
 public:
  bool inside(std::string_view name) {
    const bool init = follow(init_, name, "__init_begin", "__init_end");
    const bool entry = follow(entry_, name, "__irqentry_text_start", "__irqentry_text_end");
    return init || entry;
  }

 private:
  static bool follow(bool& within, std::string_view name, std::string_view begin, std::string_view end) {
    if (name == begin) within = true;
    if (name == end) within = false;
    return within;
  }
  bool init_ = false;
  bool entry_ = false;
};

bool never_probed(std::string_view name) {
  return name.starts_with("_kbl_addr_") || name.starts_with("__perf") || name.starts_with("perf_") ||
         name.starts_with("__SCT__") || name.ends_with(".cold") || name.find(".cold.") != std::string_view::npos;
}

}  // namespace

void for_each_kernel_symbol(const std::function<bool(const KallsymsLine&)>& take) {
  if (!read_kallsyms(kallsyms, take)) support::fail(errno, "read", kallsyms);
}

bool kernel_function_exists(std::string_view name) {
  const FunctionName wanted(name);
  bool found = false;
  for_each_kernel_symbol([&](const KallsymsLine& line) {
    found = line.is_function() && line.name == wanted.name && (!wanted.module || line.module == *wanted.module);
    return !found;
  });
  return found;
}

std::vector<std::string> nearest_kernel_functions(std::string_view wanted) {
  std::vector<std::string> names;
  for_each_kernel_symbol([&names](const KallsymsLine& line) {
    if (line.is_function()) names.emplace_back(line.name);
    return true;
  });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return support::nearest_names(wanted, names);
}

Probing probing_of(std::string_view function) {
  const auto name = FunctionName(function).name;
  if (const auto names = blacklist(); names && names->contains(name)) return Probing::blacklisted;
  const auto names = traceable();
  if (!names) return Probing::unknown;
  return names->contains(name) ? Probing::possible : Probing::not_traceable;
}

std::vector<std::string> get_kprobe_functions(const std::string& expression) {
  const std::regex pattern(expression);
  const auto refused = blacklist();
  const auto allowed = traceable();
  std::set<std::string> found;
  SectionFilter sections;
  for_each_kernel_symbol([&](const KallsymsLine& line) {
    const auto name = line.name;
    const bool hidden = sections.inside(name) || !line.is_function() || never_probed(name);
    if (!hidden && std::regex_match(name.begin(), name.end(), pattern) &&
        (!refused || refused->find(name) == refused->end()) && (!allowed || allowed->find(name) != allowed->end())) {
      found.emplace(name);
    }
    return true;
  });
  return {found.begin(), found.end()};
}

}  // namespace bccxx::symbols
