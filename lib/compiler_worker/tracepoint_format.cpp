// Fields are taken by offset and size, so that the struct has the record's layout whatever the types are called.

#include "compiler_worker/tracepoint_format.hpp"

#include "compiler/tracepoint_names.hpp"
#include "support/file.hpp"
#include "support/mounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>
#include <sstream>
#include <string_view>

namespace bccxx::worker {
namespace {

struct Field {
  std::string type;
  std::string name;
  std::string dimension;  ///< the text between brackets; only with `is_array`
  bool is_array = false;
  int offset = 0;
  int size = 0;
  bool is_signed = false;
};

std::optional<Field> parse_field(const std::string& line) {
  static const std::regex form(R"(field:([^;]+);\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:(\d);)?)");
  // How x86 kernels mark pointers to per-CPU data. clang knows the word, and for BPF dies of it.
  static const std::regex address_space(R"(\b__seg_[fg]s\s*)");
  std::smatch match;
  if (!std::regex_search(line, match, form)) return std::nullopt;
  Field field;
  std::string declaration = std::regex_replace(match[1].str(), address_space, "");
  field.offset = std::stoi(match[2]);
  field.size = std::stoi(match[3]);
  field.is_signed = match[4] == "1";
  if (const auto bracket = declaration.rfind('['); bracket != std::string::npos && declaration.back() == ']') {
    field.is_array = true;
    field.dimension = declaration.substr(bracket + 1, declaration.size() - bracket - 2);
    declaration.resize(bracket);
  }
  const auto space = declaration.find_last_of(" \t*");
  if (space == std::string::npos) return std::nullopt;
  field.name = declaration.substr(space + 1);
  field.type = declaration.substr(0, space + 1);
  while (!field.type.empty() && (field.type.back() == ' ' || field.type.back() == '\t')) field.type.pop_back();
  return field;
}

/// "__data_loc char[] name" has its brackets before the name.
bool takes_prefix(const Field& field, std::string_view prefix) {
  return field.type.compare(0, prefix.size(), prefix) == 0;
}

std::string scalar(const Field& field) {
  const bool plain = field.size == 1 && (field.type == "bool" || field.type == "char");
  if (plain || field.type.back() == '*') return field.type;
  switch (field.size) {
    case 1:
      return field.is_signed ? "s8" : "u8";
    case 2:
      return field.is_signed ? "s16" : "u16";
    case 4:
      return field.is_signed ? "s32" : "u32";
    case 8:
      return field.is_signed ? "s64" : "u64";
    default:
      return {};
  }
}

std::string declare(const Field& field) {
  if (takes_prefix(field, "__data_loc")) return fmt::format("int data_loc_{};", field.name);
  if (takes_prefix(field, "__rel_loc")) return fmt::format("int rel_loc_{};", field.name);
  if (field.is_array) {
    const bool number = !field.dimension.empty() && std::all_of(field.dimension.begin(), field.dimension.end(),
                                                                [](unsigned char c) { return std::isdigit(c) != 0; });
    // A name there, such as TASK_COMM_LEN, is not known to the text.
    const auto count = number ? field.dimension : fmt::format("{} / sizeof({})", field.size, field.type);
    return fmt::format("{} {}[{}];", field.type, field.name, count);
  }
  const auto type = scalar(field);
  return type.empty() ? fmt::format("char {}[{}];", field.name, field.size) : fmt::format("{} {};", type, field.name);
}

int line_of(const std::string& text, std::size_t position) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

void read_format(Tracepoint& tracepoint) {
  const auto name = tracepoint.category + ":" + tracepoint.event;
  const auto root = support::find_tracefs();
  if (!root) {
    tracepoint.problem = fmt::format(
        "the record of tracepoint {} cannot be read: tracefs is not mounted; as root: mount -t tracefs tracefs "
        "/sys/kernel/tracing",
        name);
    return;
  }
  const auto file = fmt::format("{}/events/{}/{}/format", *root, tracepoint.category, tracepoint.event);
  if (auto format = support::read_small_file(file)) {
    tracepoint.format_file = file;
    tracepoint.declaration = tracepoint_struct(tracepoint.category, tracepoint.event, *format);
    return;
  }
  std::error_code hidden;
  const bool absent = !std::filesystem::exists(file, hidden) && !hidden;
  tracepoint.problem = absent ? fmt::format("this kernel has no tracepoint {} ({} is missing)", name, file)
                              : fmt::format("{} cannot be read by this user; run as root", file);
}

}  // namespace

std::string tracepoint_struct(const std::string& category, const std::string& event, const std::string& format) {
  std::string text = fmt::format("struct tracepoint__{}__{} {{ u64 __do_not_use__;", category, event);
  int end = 8;
  std::istringstream lines(format);
  for (std::string line; std::getline(lines, line);) {
    const auto field = parse_field(line);
    if (!field || field->offset < end) continue;
    if (field->name.compare(0, 7, "common_") == 0) continue;
    if (field->offset > end) text += fmt::format(" char __pad_{}[{}];", end, field->offset - end);
    text += " " + declare(*field);
    end = field->offset + field->size;
  }
  return text + " }; ";
}

std::vector<Tracepoint> find_tracepoints(const std::string& text, const std::string& included) {
  std::vector<Tracepoint> found;
  const auto add = [&found](const compiler::TracepointName& name, int line) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Tracepoint& other) {
      return other.category == name.category && other.event == name.event;
    });
    if (known || !name.takes_record) return;
    Tracepoint tracepoint;
    tracepoint.category = name.category;
    tracepoint.event = name.event;
    tracepoint.line = line;
    read_format(tracepoint);
    found.push_back(std::move(tracepoint));
  };
  for (const auto& name : compiler::tracepoint_names(text)) add(name, line_of(text, name.position));
  for (const auto& name : compiler::tracepoint_names(included)) add(name, 0);
  return found;
}

}  // namespace bccxx::worker
