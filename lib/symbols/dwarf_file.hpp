#pragma once
// File, line and inlined functions of an address, from DWARF. Runs in the worker process only: libdw trusts its input.

#include "symbols/demangle.hpp"

#include <bccxx/symbols/frame.hpp>

#include <elfutils/libdw.h>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::symbols {

/// No address has more functions inlined one into the other; deeper ones are left out.
constexpr std::size_t most_inlined_frames = 128;

/// Where an address comes from in the source.
struct SourcePlace {
  std::string file;
  int line = 0;
  /// Innermost first.
  std::vector<InlinedFrame> inlined;
};

class DwarfFile {
 public:
  /// Keeps `fd` open for as long as it lives, but does not own it.
  explicit DwarfFile(int fd);

  [[nodiscard]] SourcePlace find(std::uint64_t address);
  /// Lets go of the pages of the file that were looked at; the kernel has them still.
  void release_pages();

 private:
  struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    Dwarf_Die die{};
  };
  struct UnitRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    Dwarf_Off unit = 0;
  };
  struct Unit {
    Dwarf_Die die{};
    /// Where its functions are: itself, or what of it was compiled into a file of its own (-gsplit-dwarf).
    Dwarf_Die code{};
    /// Its functions by start address.
    std::vector<Range> functions;
  };

  Unit* unit_of(std::uint64_t address);
  void collect_units();

  std::unique_ptr<Dwarf, decltype(&dwarf_end)> dwarf_;
  std::map<Dwarf_Off, Unit> units_;
  /// From the units themselves: .debug_aranges may lack some, and libdw takes four times the memory for it.
  std::vector<UnitRange> unit_ranges_;
  bool has_unit_ranges_ = false;
};

}  // namespace bccxx::symbols
