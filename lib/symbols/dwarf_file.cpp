// Finds the compilation unit, then the function in it, then the inlined calls within the function.

#include "symbols/dwarf_file.hpp"

#include <dwarf.h>
#include <sys/mman.h>
#include <algorithm>

namespace bccxx::symbols {
namespace {

constexpr std::size_t most_units_kept = 512;
constexpr int deepest_scope = 8;
/// Each has a few pages looked at, and the kernel maps more around them.
constexpr std::size_t units_between_releases = 16;

template <class Take>
void for_each_range(Dwarf_Die* die, Take take) {
  Dwarf_Addr base = 0;
  Dwarf_Addr start = 0;
  Dwarf_Addr end = 0;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;)
    if (start < end) take(start, end);
}

template <class Take>
void for_each_child(Dwarf_Die* die, Take take) {
  Dwarf_Die child;
  if (dwarf_child(die, &child) != 0) return;
  do {
    if (!take(&child)) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

template <class Range>
void collect_functions(Dwarf_Die* die, std::vector<Range>& functions, int depth) {
  for_each_child(die, [&](Dwarf_Die* child) {
    switch (dwarf_tag(child)) {
      case DW_TAG_subprogram:
        for_each_range(child, [&](auto start, auto end) { functions.push_back({start, end, *child}); });
        break;
      case DW_TAG_namespace:
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_module:
        if (depth < deepest_scope) collect_functions(child, functions, depth + 1);
        break;
      default:
        break;
    }
    return true;
  });
}

template <class Range>
void sort_ranges(std::vector<Range>& ranges) {
  std::ranges::stable_sort(ranges, {}, &Range::start);
}

template <class Range>
Range* find_range(std::vector<Range>& ranges, std::uint64_t address) {
  auto at = std::ranges::upper_bound(ranges, address, {}, &Range::start);
  if (at == ranges.begin()) return nullptr;
  --at;
  return address < at->end ? &*at : nullptr;
}

/// The name a function was given where it was declared, which an inlined call leads back to.
std::string name_of(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name})
    if (const char* name = dwarf_formstring(dwarf_attr_integrate(die, kind, &attribute)); name != nullptr)
      return demangle(name, NameOrigin::anybody);
  return "?";
}

struct SourceLine {
  std::string file;
  int line = 0;
};

int number(Dwarf_Die* die, unsigned kind) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr(die, kind, &attribute), &value) != 0 || value > 0x7fffffff) return 0;
  return static_cast<int>(value);
}

SourceLine call_site(Dwarf_Die* unit, Dwarf_Die* call) {
  SourceLine place{{}, number(call, DW_AT_call_line)};
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const auto index = static_cast<std::size_t>(number(call, DW_AT_call_file));
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count) return place;
  if (const char* name = dwarf_filesrc(files, index, nullptr, nullptr); name != nullptr) place.file = name;
  return place;
}

/// What of a unit is in a .dwo file of its own, where that can be read; else the unit.
Dwarf_Die with_code(const Dwarf_Die& die) {
  Dwarf_Die split{};
  const bool found = dwarf_cu_info(die.cu, nullptr, nullptr, nullptr, &split, nullptr, nullptr, nullptr) == 0;
  return found && dwarf_tag(&split) == DW_TAG_compile_unit ? split : die;
}

/// The inlined call among the children of `scope` that covers the address, blocks passed through.
std::optional<Dwarf_Die> inner_scope(Dwarf_Die* scope, std::uint64_t address) {
  std::optional<Dwarf_Die> found;
  for_each_child(scope, [&](Dwarf_Die* child) {
    const auto tag = dwarf_tag(child);
    const bool holds_code = tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block;
    if (holds_code && dwarf_haspc(child, address) > 0) found = *child;
    return !found;
  });
  return found;
}

}  // namespace

DwarfFile::DwarfFile(int fd) : dwarf_(dwarf_begin(fd, DWARF_C_READ), &dwarf_end) {}

SourcePlace DwarfFile::find(std::uint64_t address) {
  SourcePlace place;
  auto* unit = dwarf_ == nullptr ? nullptr : unit_of(address);
  if (unit == nullptr) return place;
  SourceLine at;
  if (auto* line = dwarf_getsrc_die(&unit->die, address); line != nullptr) {
    if (const char* file = dwarf_linesrc(line, nullptr, nullptr); file != nullptr) at.file = file;
    dwarf_lineno(line, &at.line);
  }
  // From the function inwards; each inlined call says where in its caller it stands.
  std::vector<Dwarf_Die> calls;
  if (auto* function = find_range(unit->functions, address); function != nullptr) {
    auto scope = inner_scope(&function->die, address);
    for (std::size_t depth = 0; scope && depth < most_inlined_frames; ++depth) {
      if (dwarf_tag(&*scope) == DW_TAG_inlined_subroutine) calls.push_back(*scope);
      scope = inner_scope(&*scope, address);
    }
  }
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    place.inlined.push_back({name_of(&*call), std::move(at.file), at.line});
    at = call_site(&unit->code, &*call);
  }
  place.file = std::move(at.file);
  place.line = at.line;
  return place;
}

void DwarfFile::release_pages() {
  auto* elf = dwarf_ == nullptr ? nullptr : dwarf_getelf(dwarf_.get());
  std::size_t size = 0;
  // Mapped for reading only, so nothing is lost.
  if (char* start = elf == nullptr ? nullptr : elf_rawfile(elf, &size); start != nullptr)
    ::madvise(start, size, MADV_DONTNEED);
}

DwarfFile::Unit* DwarfFile::unit_of(std::uint64_t address) {
  if (!has_unit_ranges_) collect_units();
  const auto* range = find_range(unit_ranges_, address);
  if (range == nullptr) return nullptr;
  if (const auto known = units_.find(range->unit); known != units_.end()) return &known->second;
  Dwarf_Die die;
  if (dwarf_offdie(dwarf_.get(), range->unit, &die) == nullptr) return nullptr;
  if (units_.size() >= most_units_kept) units_.clear();
  auto& unit = units_[range->unit];
  unit.die = die;
  unit.code = with_code(unit.die);
  collect_functions(&unit.code, unit.functions, 0);
  sort_ranges(unit.functions);
  return &unit;
}

void DwarfFile::collect_units() {
  has_unit_ranges_ = true;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  std::size_t count = 0;
  while (dwarf_get_units(dwarf_.get(), unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
    if (++count % units_between_releases == 0) release_pages();
    const auto offset = dwarf_dieoffset(&die);
    for_each_range(&die, [&](auto start, auto end) {
      auto* last = unit_ranges_.empty() ? nullptr : &unit_ranges_.back();
      if (last != nullptr && last->unit == offset && last->end == start)
        last->end = end;
      else
        unit_ranges_.push_back({start, end, offset});
    });
  }
  sort_ranges(unit_ranges_);
}

}  // namespace bccxx::symbols
