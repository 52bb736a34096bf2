// Only what libbpf cannot tell is written; sizes and types of maps stay in the BTF alone.

#include "object/metadata.hpp"

#include "object/section_names.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bccxx::object {
namespace {

using nlohmann::json;

constexpr int format_version = 2;

constexpr std::array<std::pair<MapSharing, std::string_view>, 4> sharings = {{
    {MapSharing::own, "own"},
    {MapSharing::exported, "exported"},
    {MapSharing::shared, "shared"},
    {MapSharing::external, "external"},
}};

std::string sharing_word(MapSharing sharing) {
  for (const auto& [value, word] : sharings) {
    if (value == sharing) return std::string(word);
  }
  return "own";
}

MapSharing sharing_value(const std::string& text) {
  for (const auto& [value, word] : sharings) {
    if (word == text) return value;
  }
  throw std::runtime_error("unknown sharing " + text);
}

/// Source text is whatever bytes the user wrote; JSON is UTF-8.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json map_json(const MapSpec& map) {
  json fields = json::array();
  for (const auto& field : map.event) fields.push_back({{"name", field.name}, {"type", field.type}});
  return {{"name", map.name},
          {"pin", map.pin_path},
          {"inner", map.inner_map},
          {"sharing", sharing_word(map.sharing)},
          {"one_entry_per_cpu", map.one_entry_per_cpu},
          {"event", fields}};
}

json missing_registers_json(const std::vector<Diagnostic>& reads) {
  json list = json::array();
  for (const auto& read : reads) list.push_back({{"file", read.file}, {"line", read.line}, {"message", read.message}});
  return list;
}

Diagnostic missing_register(const json& value) {
  return {value.at("file").get<std::string>(), value.at("line").get<int>(), 0, Severity::error,
          value.at("message").get<std::string>()};
}

MapSpec map_spec(const json& value) {
  MapSpec map;
  map.name = value.at("name").get<std::string>();
  map.pin_path = value.at("pin").get<std::string>();
  map.inner_map = value.at("inner").get<std::string>();
  map.sharing = sharing_value(value.at("sharing").get<std::string>());
  map.one_entry_per_cpu = value.at("one_entry_per_cpu").get<bool>();
  for (const auto& field : value.at("event")) {
    map.event.push_back({field.at("name").get<std::string>(), field.at("type").get<std::string>()});
  }
  return map;
}

}  // namespace

std::string metadata_text(const Image& image) {
  json programs = json::array();
  for (const auto& [spec, code, references, function_type, lines] : image.programs) {
    programs.push_back({{"name", spec.name},
                        {"probe", to_string(spec.probe)},
                        {"target", spec.target},
                        {"context", spec.context},
                        {"missing_registers", missing_registers_json(spec.missing_registers)}});
  }
  json maps = json::array();
  for (const auto& map : image.maps) maps.push_back(map_json(map.spec));
  json value = {{"format", format_version},
                {"programs", programs},
                {"maps", maps},
                {"source", image.source},
                {"source_name", image.source_name},
                {"cflags", image.cflags},
                {"kernel_build_id", image.kernel_build_id}};
  if (!image.directory.empty()) value["directory"] = image.directory;
  return dump(value);
}

Metadata parse_metadata(const std::string& text) try {
  const json value = json::parse(text);
  if (value.at("format").get<int>() != format_version) throw std::runtime_error("unknown format");
  Metadata metadata;
  for (const auto& program : value.at("programs")) {
    ProgramSpec spec;
    spec.name = program.at("name").get<std::string>();
    spec.probe = probe_kind(program.at("probe").get<std::string>());
    spec.target = program.at("target").get<std::string>();
    spec.context = program.at("context").get<std::string>();
    for (const auto& read : program.at("missing_registers")) spec.missing_registers.push_back(missing_register(read));
    metadata.programs.push_back(std::move(spec));
  }
  for (const auto& map : value.at("maps")) metadata.maps.push_back(map_spec(map));
  metadata.source = value.at("source").get<std::string>();
  metadata.source_name = value.at("source_name").get<std::string>();
  metadata.cflags = value.at("cflags").get<std::vector<std::string>>();
  metadata.directory = value.value("directory", std::string());
  metadata.kernel_build_id = value.at("kernel_build_id").get<std::string>();
  return metadata;
} catch (const json::exception& error) {
  throw std::runtime_error(error.what());
}

}  // namespace bccxx::object
