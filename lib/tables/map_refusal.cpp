// The kernel's own conditions, kind by kind, looked at again.

#include "tables/map_refusal.hpp"

#include "support/kernel_release.hpp"
#include "support/libbpf_log.hpp"
#include "support/permissions.hpp"
#include "support/system_call.hpp"
#include "tables/map_traits.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <utility>

namespace bccxx::detail {
namespace {

constexpr std::uint32_t largest_value_of_a_cpu = 32 * 1024;

bool is_storage(MapKind kind) {
  return kind == MapKind::sk_storage || kind == MapKind::inode_storage || kind == MapKind::task_storage ||
         kind == MapKind::cgrp_storage;
}
bool is_cgroup_storage(MapKind kind) {
  return kind == MapKind::cgroup_storage || kind == MapKind::percpu_cgroup_storage;
}
bool has_no_key(MapKind kind) {
  return kind == MapKind::queue || kind == MapKind::stack || kind == MapKind::bloom_filter || kind == MapKind::arena ||
         is_buffer(kind);
}

std::string wrong_entries(const MapDeclaration& map) {
  if (is_storage(map.kind) || is_cgroup_storage(map.kind)) {
    return map.max_entries == 0 ? "" : "the number of entries of a storage must be 0";
  }
  if (map.kind == MapKind::struct_ops) return {};
  if (map.max_entries == 0) return "it needs at least one entry";
  if (!is_buffer(map.kind)) return {};
  const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
  const bool power = (map.max_entries & (map.max_entries - 1)) == 0;
  return power && map.max_entries % page == 0
             ? ""
             : fmt::format("its size in bytes, {}, must be a power of two of at least {}", map.max_entries, page);
}

std::string wrong_key(const MapDeclaration& map) {
  const auto size = map.key_size;
  if (has_no_key(map.kind)) return size == 0 ? "" : "this kind has no keys: their size must be 0";
  if (has_index(map.kind) || is_storage(map.kind) || map.kind == MapKind::stack_trace) {
    return size == 4 ? "" : "the key of this kind must have 4 bytes";
  }
  if (map.kind == MapKind::lpm_trie && (size < 5 || size > 260)) {
    return "the key must have 4 bytes for the length of the prefix and 1 to 256 for the prefix";
  }
  return size == 0 ? "the key must have at least 1 byte" : "";
}

std::string wrong_value(const MapDeclaration& map) {
  const auto size = map.value_size;
  switch (map.kind) {
    case MapKind::ringbuf:
    case MapKind::user_ringbuf:
    case MapKind::arena:
      return size == 0 ? "" : "this kind has no values: their size must be 0";
    case MapKind::prog_array:
    case MapKind::perf_event_array:
    case MapKind::cgroup_array:
    case MapKind::array_of_maps:
    case MapKind::hash_of_maps:
    case MapKind::xskmap:
      return size == 4 ? "" : "the value of this kind must have 4 bytes";
    case MapKind::devmap:
    case MapKind::devmap_hash:
    case MapKind::cpumap:
    case MapKind::sockmap:
    case MapKind::sockhash:
    case MapKind::reuseport_sockarray:
      return size == 4 || size == 8 ? "" : "the value of this kind must have 4 or 8 bytes";
    case MapKind::stack_trace:
      return size != 0 && size % 8 == 0 ? "" : "the value must be whole frames of 8 bytes, or of 32 with build ids";
    default:
      return size == 0 ? "the value must have at least 1 byte" : "";
  }
}

std::string wrong_flags(const MapDeclaration& map) {
  const bool unfilled = (map.flags & BPF_F_NO_PREALLOC) != 0;
  if ((map.kind == MapKind::lpm_trie || is_storage(map.kind)) && !unfilled) {
    return "this kind must have the flag BPF_F_NO_PREALLOC (0x1)";
  }
  const bool lru = map.kind == MapKind::lru_hash || map.kind == MapKind::lru_percpu_hash;
  if (lru && unfilled) return "this kind cannot have the flag BPF_F_NO_PREALLOC (0x1)";
  if (!lru && (map.flags & BPF_F_NO_COMMON_LRU) != 0)
    return "only LRU hashes can have the flag BPF_F_NO_COMMON_LRU (0x2)";
  const bool mappable = (map.flags & BPF_F_MMAPABLE) != 0;
  if (map.kind == MapKind::arena) return mappable ? "" : "this kind must have the flag BPF_F_MMAPABLE (0x400)";
  if (map.kind != MapKind::array && mappable) return "only arrays can have the flag BPF_F_MMAPABLE (0x400)";
  return {};
}

/// By making one. Kinds that this process may not make, or libbpf does not know, count as had.
bool kernel_has(MapKind kind) {
  if (!support::missing_capabilities().empty() || !support::missing_capabilities(support::Privilege::network).empty()) {
    return true;
  }
  const support::LibbpfLog silent;
  if (kind != MapKind::arena) return libbpf_probe_bpf_map_type(static_cast<bpf_map_type>(kind), nullptr) != 0;
  bpf_map_create_opts options = {};
  options.sz = sizeof(options);
  options.map_flags = BPF_F_MMAPABLE;
  const UniqueFd made(bpf_map_create(static_cast<bpf_map_type>(kind), nullptr, 0, 0, 1, &options));
  return made || !support::is_unknown_command(-made.get());
}

std::string what_is_invalid(const MapDeclaration& map) {
  if (map.kind > MapKind::arena) {
    return fmt::format("{} has no maps of this kind, or wants of them what is not known here",
                       support::kernel_release());
  }
  if (!kernel_has(map.kind)) return fmt::format("{} has no maps of this kind", support::kernel_release());
  for (auto* const look : {wrong_entries, wrong_key, wrong_value, wrong_flags}) {
    if (auto found = look(map); !found.empty()) return found;
  }
  if (map.kind == MapKind::array_of_maps || map.kind == MapKind::hash_of_maps) {
    return "it may be declared without an inner table, or the inner one has tables in it itself";
  }
  if (is_storage(map.kind)) return "the kernel makes this kind only for tables that have BTF";
  return map.flags == 0 ? "the kernel does not say why" : "the kernel may not know these flags for maps of this kind";
}

std::string what_is_too_large(const MapDeclaration& map) {
  if (is_per_cpu(map.kind) && map.value_size > largest_value_of_a_cpu) {
    return fmt::format("a value of a CPU can have {} bytes at most", largest_value_of_a_cpu);
  }
  if (map.kind == MapKind::arena) return "its pages can have 4 GiB at most";
  if (std::uint64_t{map.key_size} + map.value_size > 4U * 1024 * 1024) return "its keys and values are too large";
  return "it has too many entries";
}

/// What is sure to be needed; the kernel's own overhead comes on top.
std::string needed_memory(const MapDeclaration& map) {
  if (is_buffer(map.kind)) return fmt::format("it needs {} MiB", map.max_entries / 1024 / 1024);
  const auto values = is_per_cpu(map.kind) ? possible_cpus() : 1;
  const auto value = (std::uint64_t{map.value_size} + 7) / 8 * 8 * values;
  const auto entry = static_cast<double>(value + (has_index(map.kind) ? 0 : map.key_size));
  return fmt::format("it needs {:.0f} MiB and more", entry * map.max_entries / 1024 / 1024);
}

/// Before 5.11 the memory of maps counts as locked.
bool counts_locked_memory() {
  utsname system{};
  if (::uname(&system) != 0) return false;
  std::istringstream release(system.release);
  int major = 0;
  int minor = 0;
  char dot = 0;
  release >> major >> dot >> minor;
  return major < 5 || (major == 5 && minor < 11);
}

std::string locked_memory() {
  rlimit limit{};
  if (!counts_locked_memory() || ::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  return fmt::format("before Linux 5.11 the limit of locked memory counts, which is {} KiB", limit.rlim_cur / 1024);
}

std::string reason(const MapDeclaration& map, int code) {
  switch (code) {
    case EINVAL:
    case ENOTSUP:
      return what_is_invalid(map);
    case E2BIG:
      return what_is_too_large(map);
    case ENOMEM:
      return needed_memory(map);
    case EPERM:
    case EACCES: {
      auto why = support::explain_refusal();
      return why.empty() ? locked_memory() : why;
    }
    default:
      return {};
  }
}

}  // namespace

std::string describe(const MapDeclaration& map) {
  return fmt::format("{}, key {} bytes, value {} bytes, {} entries, flags {:#x}", to_string(map.kind), map.key_size,
                     map.value_size, map.max_entries, map.flags);
}

std::string describe(const MapInfo& map) {
  return describe(MapDeclaration{.kind = static_cast<MapKind>(map.type),
                                 .name = map.name,
                                 .key_size = map.key_size,
                                 .value_size = map.value_size,
                                 .max_entries = map.max_entries,
                                 .flags = map.flags});
}

std::string why_refused(const MapDeclaration& map, int code) {
  const auto why = reason(map, support::error_code(code).value());
  return describe(map) + (why.empty() ? "" : ": " + why);
}

}  // namespace bccxx::detail
