// libbpf creates the maps; which of them exist already is decided before.

#include "runtime/map_set.hpp"

#include "runtime/bpf_object.hpp"
#include "runtime/map_registry.hpp"
#include "runtime/map_shape.hpp"
#include "support/libbpf_log.hpp"
#include "support/nearest_names.hpp"
#include "support/permissions.hpp"
#include "support/system_call.hpp"
#include "tables/map_refusal.hpp"
#include "tables/map_types.hpp"
#include "tables/pin.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace bccxx::runtime {
namespace {

using object::MapSharing;

/// One declared map, and the map it turns out to be.
struct Slot {
  bpf_map* declared = nullptr;
  object::MapSpec spec;
  MapPtr map;  ///< null until it exists
  detail::DeclaredTypes types;
};

/// The kernel takes a table of functions only together with its programs, which are loaded one by one here; libbpf 1.1
/// crashes over one whose programs are left out.
void refuse_struct_ops(const bpf_map* map, const std::string& name) {
  if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) return;
  throw NotSupported("struct_ops " + name, "a loader that registers it, such as bpftool", "bccxx");
}

/// Whether what user space puts in is a descriptor, or an index of a device, whatever the text says.
bool holds_descriptors(bpf_map_type type) {
  switch (type) {
    case BPF_MAP_TYPE_PROG_ARRAY:
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
    case BPF_MAP_TYPE_CGROUP_ARRAY:
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_HASH_OF_MAPS:
    case BPF_MAP_TYPE_DEVMAP:
    case BPF_MAP_TYPE_DEVMAP_HASH:
    case BPF_MAP_TYPE_CPUMAP:
    case BPF_MAP_TYPE_XSKMAP:
    case BPF_MAP_TYPE_SOCKMAP:
    case BPF_MAP_TYPE_SOCKHASH:
    case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
      return true;
    default:
      return false;
  }
}

/// libbpf forgets the types that the kernel would not take.
detail::DeclaredTypes declared_types(const bpf_map* map, const std::shared_ptr<const std::vector<std::byte>>& btf) {
  return {btf, bpf_map__btf_key_type_id(map),
          holds_descriptors(bpf_map__type(map)) ? 0 : bpf_map__btf_value_type_id(map)};
}

std::shared_ptr<const std::vector<std::byte>> copy_of_types(const bpf_object* opened) {
  std::uint32_t size = 0;
  const auto* types = bpf_object__btf(opened);
  const void* raw = types == nullptr ? nullptr : btf__raw_data(types, &size);
  if (raw == nullptr) return nullptr;
  const auto* bytes = static_cast<const std::byte*>(raw);
  return std::make_shared<const std::vector<std::byte>>(bytes, bytes + size);
}

std::vector<Slot> slots_of(const object::Object& object, bpf_object* opened) {
  std::vector<Slot> slots;
  const auto types = copy_of_types(opened);
  for (bpf_map* map : maps_of(opened)) {
    const std::string name = bpf_map__name(map);
    refuse_struct_ops(map, name);
    const auto* spec = object.find_map(name);
    Slot slot{map, spec == nullptr ? object::MapSpec{} : *spec, nullptr, declared_types(map, types)};
    slot.spec.name = name;
    if (slot.spec.one_entry_per_cpu) {
      support::check_libbpf(bpf_map__set_max_entries(map, static_cast<std::uint32_t>(possible_cpus())), "size map",
                            name);
    }
    slots.push_back(std::move(slot));
  }
  return slots;
}

MapPtr borrowed_map(const std::string& name, const std::string& space) {
  auto map = find_offered_map(space, name);
  if (!map) throw NotFound("public or shared table", name, support::nearest_names(name, offered_maps()));
  return map;
}

/// BPF_TABLE("extern", …) says no more than the types of key and value; the rest is the other object's.
MapShape extern_shape(const bpf_map* declared, const Map& borrowed) {
  auto shape = shape_of(borrowed.info());
  shape.key_size = bpf_map__key_size(declared);
  shape.value_size = bpf_map__value_size(declared);
  return shape;
}

/// Finds what exists already. Nothing is made here.
void find_existing(std::vector<Slot>& slots, const std::string& space) {
  for (auto& slot : slots) {
    if (slot.spec.sharing == MapSharing::external) {
      const std::string role = "table of the other object";
      slot.map = borrowed_map(slot.spec.name, space);
      check_shape(slot.spec.name, role, extern_shape(slot.declared, *slot.map), slot.map->info());
      detail::check_layouts(*slot.map, role, slot.types);
    } else if (!slot.spec.pin_path.empty()) {
      const auto role = "map pinned at " + slot.spec.pin_path;
      detail::check_pin_place(slot.spec.pin_path);
      slot.map = detail::open_pin(slot.spec.pin_path, slot.spec.name, slot.types);
      if (!slot.map) continue;
      check_shape(slot.spec.name, role, declared_shape(slot.declared), slot.map->info());
      detail::check_layouts(*slot.map, role, slot.types);
    }
  }
}

[[noreturn]] void fail_creation(const std::string& what, const bpf_map* declared, int code, const std::string& log) {
  const auto error = support::error_code(code);
  const auto why = detail::why_refused(declared_shape(declared).declaration({}), code);
  throw LoadError(what, error, fmt::format("{} ({})", error.message(), why), log);
}

/// libbpf names the map it failed on in its log alone.
[[noreturn]] void fail_creation(const std::vector<Slot>& slots, int code, const std::string& log) {
  static constexpr auto* inner_failed = ": failed to create inner map";
  if (const auto at = log.find(": failed to create"); at != std::string::npos) {
    const bool inner = log.compare(at, std::strlen(inner_failed), inner_failed) == 0;
    const auto close = log.rfind('\'', at);
    const auto open = close == std::string::npos || close == 0 ? close : log.rfind('\'', close - 1);
    for (const auto& slot : slots) {
      if (open != std::string::npos && log.substr(open + 1, close - open - 1) == slot.spec.name) {
        const auto* const inner_map = inner ? bpf_map__inner_map(slot.declared) : nullptr;
        if (inner_map != nullptr) fail_creation("inner map of " + slot.spec.name, inner_map, code, log);
        fail_creation("map " + slot.spec.name, slot.declared, code, log);
      }
    }
  }
  const auto error = support::error_code(code);
  const auto why = support::is_refusal(code) ? support::explain_refusal() : std::string();
  throw LoadError("maps", error, error.message() + (why.empty() ? "" : " (" + why + ")"), log);
}

/// A map like `spec`'s to show the kernel what may go into the slots of a map of maps.
UniqueFd template_map(const std::vector<Slot>& slots, const std::string& name) {
  for (const auto& slot : slots) {
    if (slot.spec.name != name) continue;
    const auto shape = declared_shape(slot.declared);
    bpf_map_create_opts options = {};
    options.sz = sizeof(options);
    options.map_flags = shape.flags;
    const int fd = bpf_map_create(static_cast<bpf_map_type>(shape.type), nullptr, shape.key_size, shape.value_size,
                                  shape.max_entries, &options);
    if (fd < 0) fail_creation("map " + slot.spec.name, slot.declared, -fd, {});
    return UniqueFd(fd);
  }
  throw NotFound("table", name);
}

void set_templates(std::vector<Slot>& slots, std::vector<UniqueFd>& templates) {
  for (auto& slot : slots) {
    if (slot.spec.inner_map.empty() || slot.map || bpf_map__inner_map(slot.declared) != nullptr) continue;
    templates.push_back(template_map(slots, slot.spec.inner_map));
    support::check_libbpf(bpf_map__set_inner_map_fd(slot.declared, templates.back().get()), "set the inner map of",
                          slot.spec.name);
  }
}

void create_missing(bpf_object* opened, std::vector<Slot>& slots) {
  for (auto& slot : slots) {
    if (!slot.map) continue;
    support::check_libbpf(bpf_map__reuse_fd(slot.declared, slot.map->fd()), "reuse map", slot.spec.name);
  }
  std::vector<UniqueFd> templates;
  set_templates(slots, templates);
  const support::LibbpfLog log;
  if (const int result = bpf_object__load(opened); result != 0) fail_creation(slots, -result, log.text());
  for (auto& slot : slots) {
    if (slot.map) continue;
    slot.map = std::make_shared<const Map>(own_descriptor(bpf_map__fd(slot.declared), slot.spec.name), slot.spec.name,
                                           slot.types);
  }
}

/// Returns: false when another process pinned one of them meanwhile
bool pin_new(const std::vector<Slot>& slots, const std::vector<bool>& found, detail::NewPins& pins) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].spec.pin_path.empty() || found[i]) continue;
    if (!pins.add(*slots[i].map, slots[i].spec.pin_path)) return false;
  }
  return true;
}

/// Nothing when a pin appeared between looking and making: then all of it has to be done again. What was pinned until
/// then stays in `pins` and is found by the next attempt, since others may have found it too.
std::optional<std::vector<MadeMap>> try_make_maps(const object::Object& object, const std::string& space,
                                                  detail::NewPins& pins) {
  const auto opened = open_bpf_object(object);
  auto slots = slots_of(object, opened.get());
  find_existing(slots, space);
  std::vector<bool> found;
  for (const auto& slot : slots) found.push_back(slot.map != nullptr);
  create_missing(opened.get(), slots);
  if (!pin_new(slots, found, pins)) return std::nullopt;

  std::vector<MadeMap> maps;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto& slot = slots[i];
    if (slot.spec.sharing == MapSharing::exported) offer_map({}, slot.spec.name, slot.map);
    if (slot.spec.sharing == MapSharing::shared) offer_map(space, slot.spec.name, slot.map);
    maps.push_back({std::move(slot.map), found[i] && !pins.made(slot.spec.pin_path)});
  }
  return maps;
}

}  // namespace

std::vector<MadeMap> make_maps(const object::Object& object, const std::string& space) {
  detail::NewPins pins;
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto maps = try_make_maps(object, space, pins);
    if (!maps) continue;
    pins.keep();
    return *std::move(maps);
  }
  support::fail(EAGAIN, "pin", "maps that others keep pinning and unpinning");
}

}  // namespace bccxx::runtime
