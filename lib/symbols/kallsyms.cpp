// Nothing is kept: the names live as long as the line.

#include "symbols/kallsyms.hpp"

#include "symbols/line_splitter.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <charconv>

namespace bccxx::symbols {
namespace {

constexpr std::size_t longest_line = 4096;

}  // namespace

std::optional<KallsymsLine> parse_kallsyms_line(std::string_view line) {
  KallsymsLine parsed;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), parsed.address, 16);
  if (error != std::errc{}) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (line.size() < 4 || line[0] != ' ' || line[2] != ' ') return std::nullopt;
  parsed.type = line[1];
  line.remove_prefix(3);
  const auto tab = line.find('\t');
  parsed.name = line.substr(0, tab);
  if (tab != std::string_view::npos) {
    line.remove_prefix(tab + 1);
    if (line.starts_with('[') && line.ends_with(']')) parsed.module = line.substr(1, line.size() - 2);
  }
  return parsed;
}

bool read_kallsyms(const std::string& path, const std::function<bool(const KallsymsLine&)>& take) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd && read_lines(fd.get(), longest_line, [&](std::string_view text) {
           const auto line = parse_kallsyms_line(text);
           return !line || take(*line);
         });
}

}  // namespace bccxx::symbols
