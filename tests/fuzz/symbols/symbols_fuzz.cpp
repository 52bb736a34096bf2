// Everything a traced process can put in front of the symboliser and of uprobes, as one input.

#include "symbols/debug_files.hpp"
#include "symbols/demangle.hpp"
#include "symbols/dwarf_protocol.hpp"
#include "symbols/elf_functions.hpp"
#include "symbols/elf_relocations.hpp"
#include "symbols/elf_symbol_table.hpp"
#include "symbols/kallsyms.hpp"
#include "symbols/line_splitter.hpp"
#include "symbols/linker_cache.hpp"
#include "symbols/mini_debug_info.hpp"
#include "symbols/perf_map.hpp"
#include "symbols/process_maps.hpp"

#include <elf.h>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace bccxx::symbols;

namespace {

void read_tables(const ElfFile& file) {
  static_cast<void>(file.debug_link());
  static_cast<void>(file.segments().load_bias(0x7f0000000000, 0x1000));
  for (const auto& section : file.sections()) {
    if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM) continue;
    ElfSymbolTable table(file, section, 0, 10000);
    for (const auto& symbol : table.symbols()) {
      static_cast<void>(table.name(symbol));
      static_cast<void>(table.find(symbol.address));
    }
    static_cast<void>(table.find("main"));
    static_cast<void>(table.keep_names());
    static_cast<void>(table.find("main"));
  }
  const ElfFunctions functions(file);
  for (const auto& function : functions.all()) {
    static_cast<void>(functions.find(function.name + "@" + function.version));
    static_cast<void>(import_slots(file, function.name));
    static_cast<void>(indirect_slots(file, function.address));
    break;
  }
}

void read_lines_of(std::string_view text) {
  PerfMap map;
  LineSplitter lines(4096, [&](std::string_view line) {
    static_cast<void>(parse_mapping(line));
    static_cast<void>(parse_kallsyms_line(line));
    map.add_line(line);
  });
  lines.add(text);
  lines.finish();
  map.finish();
  static_cast<void>(map.find(text.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const ElfFile file(std::make_shared<const MemorySource>(std::vector<std::byte>(bytes, bytes + size)));
  read_tables(file);
  if (const auto small = read_mini_debug_info(file)) read_tables(*small);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_lines_of(text);
  static_cast<void>(read_linker_cache(text));
  static_cast<void>(read_places(text, 3));
  static_cast<void>(demangle(std::string(text.substr(0, 4096)), NameOrigin::anybody));
  return 0;
}
