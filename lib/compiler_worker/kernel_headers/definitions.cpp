// Reads the table of definitions.
#include "compiler_worker/kernel_headers/definitions.hpp"

#include "compiler_worker/kernel_headers/definition_table.hpp"

#include <algorithm>
#include <cstddef>

namespace bccxx::worker {
namespace {

/// Cuts off and returns what is before the first `separator`, which goes too.
std::string_view cut(std::string_view& text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + separator.size());
  return head;
}

Definition read_macro(std::string_view row) {
  Definition result;
  if (row[0] == '?') {
    row.remove_prefix(1);
    result.absent = row[0] == '!';
    if (result.absent) row.remove_prefix(1);
    result.tag = cut(row, ".");
    result.needed_member = cut(row, " ");
  } else if (row[0] == '.') {
    row.remove_prefix(1);
    result.kind = Definition::Kind::member;
    result.tag = cut(row, " ");
    result.absent = true;
  }
  result.name = row.substr(0, row.find_first_of(" ("));
  if (result.kind == Definition::Kind::member) result.needed_member = result.name;
  result.text = "#define " + std::string(row) + "\n";
  return result;
}

Definition read_function(std::string_view row) {
  const std::size_t end = row.find('(');
  const std::size_t begin = row.find_last_of(" *", end) + 1;
  Definition result;
  result.kind = Definition::Kind::function;
  result.name = row.substr(begin, end - begin);
  result.text = "static inline __attribute__((always_inline, unused)) " + std::string(row) + "\n";
  return result;
}

}  // namespace

std::vector<Definition> read_definitions(std::string_view macros, std::string_view functions) {
  std::vector<Definition> result;
  while (!macros.empty()) {
    const std::string_view row = cut(macros, "\n");
    if (!row.empty() && row.substr(0, 2) != "# ") result.push_back(read_macro(row));
  }
  while (!functions.empty()) {
    const std::string_view row = cut(functions, "\n\n");
    if (row.find('(') != std::string_view::npos) {
      result.push_back(read_function(row.substr(std::min(row.find_first_not_of('\n'), row.size()))));
    }
  }
  return result;
}

const std::vector<Definition>& kernel_definitions() {
  static const std::vector<Definition> table = [] {
    std::vector<Definition> result = read_definitions(macro_rows, {});
    for (const auto& more : {read_definitions(syscall_rows, {}), read_definitions(subsystem_rows, function_rows)}) {
      result.insert(result.end(), more.begin(), more.end());
    }
    return result;
  }();
  return table;
}

}  // namespace bccxx::worker
