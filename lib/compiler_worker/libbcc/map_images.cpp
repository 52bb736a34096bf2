// A table of the text is found again by its name, a map that was recorded by its stand-in.

#include "compiler_worker/libbcc/map_images.hpp"

#include "compiler_worker/bare_code.hpp"
#include "compiler_worker/libbcc/recording.hpp"
#include "compiler_worker/libbcc/text_problem.hpp"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace bccxx::worker {
namespace {

constexpr int first_external_stand_in = -1'000'000;

int line_of(const std::string& text, const std::string& wanted) {
  const auto at = text.find(wanted);
  if (at == std::string::npos) return 0;
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

const RecordedMap* recorded(int stand_in) {
  for (const auto& map : recording().maps) {
    if (map.stand_in == stand_in) return &map;
  }
  return nullptr;
}

class Maps {
 public:
  Maps(ebpf::BPFModule& module, ebpf::TableStorage& tables, const std::string& text, const btf* types)
      : module_(module), tables_(tables), text_(text), types_(types) {}

  MapImages run(const std::vector<std::string>& external) {
    for (std::size_t i = 0; i < module_.num_tables(); ++i) {
      const std::string name = module_.table_name(i);
      const auto outside = std::find(external.begin(), external.end(), name);
      if (outside != external.end()) {
        add_external(name, first_external_stand_in - static_cast<int>(outside - external.begin()));
      } else if (const auto* map = recorded(module_.table_fd(i))) {
        add_own(name, *map);
      }
    }
    for (std::size_t i = 0; i < maps_.images.size(); ++i) name_inner(maps_.images[i].spec, inner_[i]);
    return std::move(maps_);
  }

 private:
  void name_inner(object::MapSpec& spec, int stand_in) const {
    if (spec.type != BPF_MAP_TYPE_ARRAY_OF_MAPS && spec.type != BPF_MAP_TYPE_HASH_OF_MAPS) return;
    const auto found = maps_.find(stand_in);
    if (!found) {
      throw TextProblem(line_of(text_, spec.name),
                        fmt::format("the text has no map with the name that {} gives for its inner map", spec.name));
    }
    spec.inner_map = maps_.images[*found].spec.name;
  }

  void add_own(const std::string& name, const RecordedMap& map) {
    object::MapImage image;
    auto& spec = image.spec;
    spec.name = name;
    spec.type = map.type;
    spec.key_size = map.key_size;
    spec.value_size = map.value_size;
    spec.one_entry_per_cpu = map.max_entries == stand_in_cpus;
    spec.max_entries = spec.one_entry_per_cpu ? 0 : map.max_entries;
    spec.flags = map.flags;
    spec.pin_path = map.pin_path;
    spec.sharing = sharing(name);
    spec.event = event(name);
    image.key_type = map.key_type;
    image.value_type = map.value_type;
    // libbcc looks for two types, and a table without keys has one.
    if (map.key_size == 0 && map.value_type == 0) image.value_type = recorded_type(name, 0);
    maps_.images.push_back(std::move(image));
    maps_.stand_ins.push_back(map.stand_in);
    inner_.push_back(map.inner_stand_in);
  }

  /// Its real type and limits are those of the object that exports it.
  void add_external(const std::string& name, int stand_in) {
    object::MapImage image;
    image.spec.name = name;
    image.spec.type = BPF_MAP_TYPE_HASH;
    image.spec.max_entries = 1;
    image.spec.sharing = object::MapSharing::external;
    image.key_type = recorded_type(name, 0);
    image.value_type = recorded_type(name, 1);
    image.spec.key_size = size_of(image.key_type);
    image.spec.value_size = size_of(image.value_type);
    maps_.images.push_back(std::move(image));
    maps_.stand_ins.push_back(stand_in);
    inner_.push_back(0);
  }

  /// The type of the key or the value as the table's macro records it, 0 when it does not.
  std::uint32_t recorded_type(const std::string& name, std::uint32_t member) const {
    if (types_ == nullptr) return 0;
    const int id = btf__find_by_name_kind(types_, ("____btf_map_" + name).c_str(), BTF_KIND_STRUCT);
    const auto* record = id > 0 ? btf__type_by_id(types_, static_cast<__u32>(id)) : nullptr;
    return record != nullptr && member < btf_vlen(record) ? btf_members(record)[member].type : 0;
  }

  std::uint32_t size_of(std::uint32_t type) const {
    if (type == 0) return 0;
    const auto size = btf__resolve_size(types_, type);
    return size < 0 ? 0 : static_cast<std::uint32_t>(size);
  }

  object::MapSharing sharing(const std::string& name) const {
    ebpf::TableStorage::iterator found;
    if (tables_.Find(ebpf::Path({name}), found)) return object::MapSharing::exported;
    if (tables_.Find(ebpf::Path({"ns", "", name}), found)) return object::MapSharing::shared;
    return object::MapSharing::own;
  }

  std::vector<object::EventField> event(const std::string& name) const {
    std::vector<object::EventField> fields;
    for (std::size_t i = 0; i < module_.perf_event_fields(name.c_str()); ++i) {
      const std::string field = module_.perf_event_field(name.c_str(), i);
      const auto hash = field.find('#');
      if (hash != std::string::npos) fields.push_back({field.substr(0, hash), field.substr(hash + 1)});
    }
    return fields;
  }

  ebpf::BPFModule& module_;
  ebpf::TableStorage& tables_;
  const std::string& text_;
  const btf* types_;
  MapImages maps_;
  std::vector<int> inner_;  ///< the stand-ins of their inner maps
};

}  // namespace

std::optional<std::size_t> MapImages::find(const std::string& name) const {
  const auto found = std::find_if(images.begin(), images.end(), [&](const auto& map) { return map.spec.name == name; });
  return found == images.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - images.begin()));
}

std::optional<std::size_t> MapImages::find(int stand_in) const {
  const auto found = std::find(stand_ins.begin(), stand_ins.end(), stand_in);
  return found == stand_ins.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - stand_ins.begin()));
}

std::vector<std::string> declare_external_tables(const std::string& text, ebpf::TableStorage& tables) {
  // How many arguments follow the table's name.
  static const std::map<std::string_view, std::size_t> macros = {{"BPF_TABLE", 1}, {"BPF_F_TABLE", 2}};
  std::vector<std::string> names;
  const auto code = bare_code(text);
  for (const auto& name : names_in(code)) {
    const auto macro = macros.find(trimmed(code, name));
    if (macro == macros.end()) continue;
    const auto call = call_at(code, name.end);
    if (!call || call->arguments.size() != macro->second + 4) continue;
    if (trimmed(text, call->arguments.front()) != "\"extern\"") continue;
    const std::string table_name(trimmed(code, call->arguments[3]));
    if (std::find(names.begin(), names.end(), table_name) != names.end()) continue;
    ebpf::TableDesc table(table_name, ebpf::FileDesc(), BPF_MAP_TYPE_HASH, 0, 0, 0, 0);
    table.fake_fd = first_external_stand_in - static_cast<int>(names.size());
    tables.Insert(ebpf::Path({table_name}), std::move(table));
    names.push_back(table_name);
  }
  return names;
}

MapImages make_map_images(ebpf::BPFModule& module, ebpf::TableStorage& tables, const std::string& text,
                          const std::vector<std::string>& external, const btf* types) {
  return Maps(module, tables, text, types).run(external);
}

}  // namespace bccxx::worker
