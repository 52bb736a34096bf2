// Opens maps and asks the kernel for their shape.

#include <bccxx/tables/map.hpp>

#include "support/file.hpp"
#include "support/system_call.hpp"
#include "tables/descriptor.hpp"
#include "tables/map_refusal.hpp"
#include "tables/map_types.hpp"
#include "tables/pin.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace bccxx {
namespace {

MapInfo ask(int fd, std::string name) {
  detail::require_map(fd, name.empty() ? fmt::format("descriptor {}", fd) : name);
  bpf_map_info raw{};
  std::uint32_t length = sizeof raw;
  support::check_libbpf(bpf_obj_get_info_by_fd(fd, &raw, &length), "read shape of map", name);
  if (name.empty()) name = raw.name;
  return {std::move(name), raw.id,        raw.type,   raw.key_size,        raw.value_size,
          raw.max_entries, raw.map_flags, raw.btf_id, raw.btf_key_type_id, raw.btf_value_type_id,
          raw.map_extra};
}

MapPtr create_map(const MapDeclaration& declaration, const bpf_map_create_opts& options) {
  // The kernel refuses longer names; they are only for its listings.
  const auto short_name = declaration.name.substr(0, BPF_OBJ_NAME_LEN - 1);
  const int fd = bpf_map_create(static_cast<bpf_map_type>(declaration.kind), short_name.c_str(), declaration.key_size,
                                declaration.value_size, declaration.max_entries, &options);
  if (fd < 0) {
    throw SystemError("create map", declaration.name, support::error_code(-fd), detail::why_refused(declaration, -fd));
  }
  return std::make_shared<const Map>(UniqueFd(fd), declaration.name);
}

}  // namespace

Map::Map(UniqueFd fd, std::string name) : Map(std::move(fd), std::move(name), detail::DeclaredTypes{}) {}
Map::Map(UniqueFd fd, std::string name, const detail::DeclaredTypes& declared)
    : fd_(std::move(fd)),
      info_(ask(fd_.get(), std::move(name))),
      types_(std::make_unique<detail::MapTypes>(info_, declared)) {}
Map::~Map() = default;

MapPtr Map::open(std::uint32_t id) {
  return std::make_shared<const Map>(
      UniqueFd(support::check_libbpf(bpf_map_get_fd_by_id(id), "open map", fmt::format("with id {}", id))));
}

MapPtr Map::open_pinned(const std::string& path) {
  auto map = detail::open_pin(path, std::filesystem::path(path).filename());
  if (!map) support::fail(ENOENT, "open the pin", path);
  return map;
}

MapPtr Map::create(const MapDeclaration& declaration) {
  bpf_map_create_opts options = {};
  options.sz = sizeof(options);
  options.map_flags = declaration.flags;
  options.map_extra = declaration.extra;
  return create_map(declaration, options);
}

MapPtr Map::create_similar(const std::string& name, std::uint32_t max_entries) const {
  const MapDeclaration declaration = {.kind = kind(),
                                      .name = name.empty() ? info_.name : name,
                                      .key_size = info_.key_size,
                                      .value_size = info_.value_size,
                                      .max_entries = max_entries == 0 ? info_.max_entries : max_entries};
  bpf_map_create_opts options = {};
  options.sz = sizeof(options);
  options.map_flags = info_.flags;
  options.map_extra = info_.extra;
  const UniqueFd types(info_.btf_id == 0 ? -1 : bpf_btf_get_fd_by_id(info_.btf_id));
  if (types) {
    options.btf_fd = static_cast<std::uint32_t>(types.get());
    options.btf_key_type_id = info_.btf_key_type_id;
    options.btf_value_type_id = info_.btf_value_type_id;
  }
  return create_map(declaration, options);
}

void Map::freeze() const { support::check_libbpf(bpf_map_freeze(fd()), "freeze map", name()); }

bool Map::frozen() const {
  const auto text = support::read_file(fmt::format("/proc/self/fdinfo/{}", fd()));
  return text.find("frozen:\t1") != std::string::npos;
}

}  // namespace bccxx
