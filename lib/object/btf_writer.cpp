// Built with libbpf's btf__add_* on a copy of the compiler's types, so that unused strings fall away.

#include "object/btf_writer.hpp"

#include "support/btf_pointer.hpp"
#include "support/system_call.hpp"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/btf.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

namespace bccxx::object {
namespace {

using support::BtfPointer;

int added(int id, const char* what) { return support::check_libbpf(id, "build BTF", what); }

BtfPointer copy_types(const std::vector<std::byte>& raw) {
  BtfPointer types(btf__new_empty());
  if (!types) support::fail(errno, "build BTF", "empty");
  if (raw.empty()) return types;
  const BtfPointer given(btf__new(raw.data(), static_cast<std::uint32_t>(raw.size())));
  if (!given) support::fail(errno, "read BTF", "types of the text");
  added(btf__add_btf(types.get(), given.get()), "types of the text");
  return types;
}

/// Map definitions in the form libbpf reads: a number n is a pointer to an array of n integers.
class MapDefinitions {
 public:
  MapDefinitions(btf* types, const Image& image) : types_(types), image_(image) {
    int_ = btf__find_by_name_kind(types_, "int", BTF_KIND_INT);
    if (int_ < 0) int_ = added(btf__add_int(types_, "int", 4, BTF_INT_SIGNED), "int");
  }

  struct Definition {
    int type;
    std::uint32_t size;
  };

  Definition define(const MapImage& map) {
    std::vector<std::pair<const char*, int>> members;
    const auto& spec = map.spec;
    members.emplace_back("type", number(spec.type));
    add_part(members, "key", "key_size", usable_key(map), spec.key_size);
    add_part(members, "value", "value_size", map.value_type, spec.value_size);
    if (spec.max_entries != 0) members.emplace_back("max_entries", number(spec.max_entries));
    if (spec.flags != 0) members.emplace_back("map_flags", number(spec.flags));
    const int inner = inner_values(spec);
    const auto size = static_cast<std::uint32_t>(8 * members.size());
    if (inner != 0) members.emplace_back("values", inner);
    const int type = added(btf__add_struct(types_, nullptr, size), spec.name.c_str());
    std::uint32_t bit = 0;
    for (const auto& [name, member] : members) {
      added(btf__add_field(types_, name, member, bit, 0), name);
      bit += 64;
    }
    return {type, size};
  }

 private:
  int number(std::uint32_t value) {
    return added(btf__add_ptr(types_, added(btf__add_array(types_, int_, int_, value), "number")), "number");
  }

  /// The kernel refuses a trie whose key is described as anything but a struct, bcc's own default among them.
  std::uint32_t usable_key(const MapImage& map) const {
    if (map.spec.type != BPF_MAP_TYPE_LPM_TRIE || map.key_type == 0) return map.key_type;
    const int resolved = btf__resolve_type(types_, map.key_type);
    const auto* type = resolved < 0 ? nullptr : btf__type_by_id(types_, static_cast<std::uint32_t>(resolved));
    return type != nullptr && btf_is_struct(type) ? map.key_type : 0;
  }

  /// The type where BTF describes it with the size the kernel will use, else the size alone.
  void add_part(std::vector<std::pair<const char*, int>>& members, const char* typed, const char* sized,
                std::uint32_t type, std::uint32_t size) {
    if (size == 0) return;
    if (type != 0 && btf__resolve_size(types_, type) == static_cast<std::int64_t>(size)) {
      members.emplace_back(typed, added(btf__add_ptr(types_, static_cast<int>(type)), typed));
    } else {
      members.emplace_back(sized, number(size));
    }
  }

  int inner_values(const MapSpec& spec) {
    if (spec.inner_map.empty()) return 0;
    for (const auto& map : image_.maps) {
      if (map.spec.name != spec.inner_map) continue;
      const int pointer = added(btf__add_ptr(types_, define(map).type), "inner map");
      return added(btf__add_array(types_, int_, pointer, 0), "inner map");
    }
    return 0;
  }

  btf* types_;
  const Image& image_;
  int int_ = 0;
};

void add_maps(btf* types, const Image& image, BtfSections& sections) {
  if (image.maps.empty()) return;
  MapDefinitions definitions(types, image);
  std::vector<int> variables;
  for (const auto& map : image.maps) {
    const auto [type, size] = definitions.define(map);
    variables.push_back(added(btf__add_var(types, map.spec.name.c_str(), BTF_VAR_GLOBAL_ALLOCATED, type), "map"));
    sections.map_offsets.push_back(sections.maps_size);
    sections.map_sizes.push_back(size);
    sections.maps_size += size;
  }
  added(btf__add_datasec(types, ".maps", sections.maps_size), ".maps");
  for (std::size_t i = 0; i < variables.size(); ++i) {
    added(btf__add_datasec_var_info(types, variables[i], sections.map_offsets[i], sections.map_sizes[i]), ".maps");
  }
}

void put(std::vector<std::byte>& bytes, std::uint32_t value) {
  const auto at = bytes.size();
  bytes.resize(at + sizeof(value));
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

struct Records {
  std::uint32_t count = 0;
  std::vector<std::byte> bytes;
};

void put_sections(std::vector<std::byte>& bytes, btf* types, const std::map<std::string, Records>& sections) {
  for (const auto& [name, records] : sections) {
    put(bytes, static_cast<std::uint32_t>(added(btf__add_str(types, name.c_str()), "section name")));
    put(bytes, records.count);
    bytes.insert(bytes.end(), records.bytes.begin(), records.bytes.end());
  }
}

constexpr std::uint32_t instruction_size = 8;
constexpr std::uint32_t function_record_size = 8;
constexpr std::uint32_t line_record_size = 16;
constexpr std::uint32_t line_shift = 10;
constexpr std::uint32_t column_mask = (1U << line_shift) - 1;

void add_lines(btf* types, const ProgramImage& program, std::uint32_t base, Records& records) {
  for (const auto& line : program.lines) {
    put(records.bytes, base + line.instruction * instruction_size);
    put(records.bytes, static_cast<std::uint32_t>(added(btf__add_str(types, line.file.c_str()), "file name")));
    put(records.bytes, static_cast<std::uint32_t>(added(btf__add_str(types, line.text.c_str()), "line")));
    put(records.bytes, line.line << line_shift | (line.column & column_mask));
    ++records.count;
  }
}

std::vector<std::byte> extension(btf* types, const Image& image, const std::vector<Placement>& placements) {
  std::map<std::string, Records> functions;
  std::map<std::string, Records> lines;
  for (std::size_t i = 0; i < image.programs.size(); ++i) {
    const auto& program = image.programs[i];
    if (program.function_type == 0) continue;
    const auto base = static_cast<std::uint32_t>(placements[i].first_instruction) * instruction_size;
    auto& record = functions[placements[i].section];
    put(record.bytes, base);
    put(record.bytes, program.function_type);
    ++record.count;
    if (!program.lines.empty()) add_lines(types, program, base, lines[placements[i].section]);
  }
  if (functions.empty()) return {};

  std::vector<std::byte> info;
  put(info, function_record_size);
  put_sections(info, types, functions);
  const auto function_length = static_cast<std::uint32_t>(info.size());
  put(info, line_record_size);
  put_sections(info, types, lines);
  const auto line_length = static_cast<std::uint32_t>(info.size()) - function_length;

  constexpr std::uint32_t header_size = 32;
  std::vector<std::byte> bytes;
  put(bytes, BTF_MAGIC | std::uint32_t{BTF_VERSION} << 16U);
  for (const std::uint32_t word :
       {header_size, 0U, function_length, function_length, line_length, function_length + line_length, 0U}) {
    put(bytes, word);
  }
  bytes.insert(bytes.end(), info.begin(), info.end());
  return bytes;
}

}  // namespace

BtfSections write_btf(const Image& image, const std::vector<Placement>& placements) {
  const BtfPointer types = copy_types(image.types);
  BtfSections sections;
  add_maps(types.get(), image, sections);
  sections.ext = extension(types.get(), image, placements);
  std::uint32_t size = 0;
  const void* raw = btf__raw_data(types.get(), &size);
  if (raw == nullptr) support::fail(errno, "build BTF", "bytes");
  const auto* bytes = static_cast<const std::byte*>(raw);
  sections.btf.assign(bytes, bytes + size);
  return sections;
}

}  // namespace bccxx::object
