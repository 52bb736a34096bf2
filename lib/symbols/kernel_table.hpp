#pragma once
// The kernel's functions as kallsyms gave them at one moment: 16 bytes each plus the names.

#include "symbols/kallsyms.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

class KernelTable {
 public:
  KernelTable(const std::string& kallsyms, const std::string& modules);

  /// What of /proc/modules tells whether a table is still right.
  [[nodiscard]] static std::string read_modules(const std::string& path);
  [[nodiscard]] const std::string& modules_text() const noexcept { return modules_text_; }
  /// The kernel first, then in the order of kallsyms.
  [[nodiscard]] const std::vector<std::string>& module_names() const noexcept { return module_names_; }

  [[nodiscard]] Frame resolve(std::uint64_t address) const;
  /// The address of a function, 0 where addresses are hidden; `module` empty means the kernel first, then every module.
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view name, std::string_view module);

 private:
  struct Function {
    std::uint64_t address = 0;
    std::uint32_t name = 0;
    std::uint16_t module = 0;
    std::uint16_t rank = 0;
  };
  struct Region {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    [[nodiscard]] bool holds(std::uint64_t address) const noexcept { return address >= start && address < end; }
  };

  [[nodiscard]] const char* name(const Function& function) const { return names_.data() + function.name; }
  [[nodiscard]] std::string_view name_at(std::uint32_t index) const { return name(functions_[index]); }
  [[nodiscard]] bool in_text(std::uint64_t address, const Function& function) const;
  void add(const KallsymsLine& line);
  void note_boundary(const KallsymsLine& line);
  std::uint16_t module_index(std::string_view module);
  void read_regions();
  void index_names();

  std::string modules_text_;
  std::vector<Function> functions_;
  std::vector<std::uint32_t> by_name_;
  std::string names_;
  std::vector<std::string> module_names_ = {"kernel"};
  std::map<std::string, std::uint16_t, std::less<>> module_indices_;
  std::vector<Region> regions_;
  Region text_;
  Region init_text_;
  bool hidden_ = true;
};

}  // namespace bccxx::symbols
