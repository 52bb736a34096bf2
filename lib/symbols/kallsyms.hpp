#pragma once
// The lines of /proc/kallsyms, which are some 200,000 and therefore streamed.

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bccxx::symbols {

/// One symbol. The address is 0 where addresses are hidden; `module` is empty for the kernel itself.
struct KallsymsLine {
  std::uint64_t address = 0;
  char type = 0;
  std::string_view name;
  std::string_view module;

  [[nodiscard]] bool is_function() const noexcept { return type == 't' || type == 'T' || type == 'w' || type == 'W'; }
};

/// "ADDRESS TYPE NAME[\t[MODULE]]"; nullopt for anything else.
[[nodiscard]] BCCXX_API std::optional<KallsymsLine> parse_kallsyms_line(std::string_view line);

/// Calls `take` for each line of a file like /proc/kallsyms until it gives false. Says whether the file could be read;
/// errno says why not.
[[nodiscard]] bool read_kallsyms(const std::string& path, const std::function<bool(const KallsymsLine&)>& take);

}  // namespace bccxx::symbols
