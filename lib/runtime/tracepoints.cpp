// Walks tracefs' events directory: one directory per category, one below it per event.

#include "runtime/tracepoints.hpp"

#include "support/file.hpp"
#include "support/mounts.hpp"
#include "support/nearest_names.hpp"
#include "support/system_call.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <regex>

namespace bccxx::runtime {
namespace {

namespace fs = std::filesystem;

fs::path events_directory() { return fs::path(support::tracefs()) / "events"; }

/// Names of the user's go into a path: only what a tracepoint can be called is let through.
bool plain_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::vector<std::string> directories_in(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) names.push_back(it->path().filename());
  }
  if (code) throw SystemError("list", path, code);
  return names;
}

}  // namespace

std::vector<std::string> tracepoints() {
  const auto root = events_directory();
  std::vector<std::string> all;
  for (const auto& category : directories_in(root)) {
    for (const auto& event : directories_in(root / category)) all.push_back(category + ":" + event);
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> get_tracepoints(const std::string& expression) {
  const std::regex pattern(expression);
  auto names = tracepoints();
  const auto other = [&pattern](const std::string& name) {
    return !std::regex_search(name, pattern, std::regex_constants::match_continuous);
  };
  names.erase(std::remove_if(names.begin(), names.end(), other), names.end());
  return names;
}

bool tracepoint_exists(const std::string& category, const std::string& event) {
  return tracepoint_id(category, event).has_value();
}

std::optional<std::uint64_t> tracepoint_id(const std::string& category, const std::string& event) {
  const auto root = events_directory();
  if (!plain_name(category) || !plain_name(event)) return std::nullopt;
  std::string text;
  try {
    text = support::read_file(root / category / event / "id");
  } catch (const SystemError& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return std::nullopt;
    throw;
  }
  std::uint64_t id = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (code != std::errc()) support::fail(EPROTO, "read the id of tracepoint", category + ":" + event);
  return id;
}

std::vector<std::string> nearest_tracepoints(const std::string& wanted) {
  auto names = tracepoints();
  if (const auto colon = wanted.find(':'); colon != std::string::npos) {
    // The right event in the wrong category is nearer than any spelling.
    const auto event = wanted.substr(colon);
    for (const auto& name : names) {
      if (name.size() > event.size() && name.ends_with(event)) return {name};
    }
  }
  return support::nearest_names(wanted, names);
}

}  // namespace bccxx::runtime
