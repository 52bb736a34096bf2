// The untyped table.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/table.hpp>

#include "support/kernel_release.hpp"
#include "tables/map_traits.hpp"
#include "tables/map_types.hpp"
#include "tables/text.hpp"

#include <cstring>
#include <utility>

namespace bccxx {

using detail::Part;

namespace {

bool has_keys(const Map& map) { return map.kind() != MapKind::queue && map.kind() != MapKind::stack; }

void require_keys(const Map& map) {
  if (has_keys(map)) return;
  throw NotSupported("looking up a key of " + to_string(map.kind()) + " " + map.name(), "a kind of map that has keys",
                     support::kernel_release());
}

void require_no_keys(const Map& map) {
  if (!has_keys(map)) return;
  throw NotSupported("taking a value without a key from " + to_string(map.kind()) + " " + map.name(),
                     "a queue or a stack", support::kernel_release());
}

}  // namespace

Table::Table(MapPtr map)
    : TableBase(std::move(map),
                {MapKind::hash,
                 MapKind::array,
                 MapKind::percpu_hash,
                 MapKind::percpu_array,
                 MapKind::lru_hash,
                 MapKind::lru_percpu_hash,
                 MapKind::lpm_trie,
                 MapKind::stack_trace,
                 MapKind::array_of_maps,
                 MapKind::hash_of_maps,
                 MapKind::prog_array,
                 MapKind::devmap,
                 MapKind::devmap_hash,
                 MapKind::cpumap,
                 MapKind::sockmap,
                 MapKind::sockhash,
                 MapKind::xskmap,
                 MapKind::cgroup_storage,
                 MapKind::percpu_cgroup_storage,
                 MapKind::perf_event_array,
                 MapKind::cgroup_array,
                 MapKind::reuseport_sockarray,
                 MapKind::sk_storage,
                 MapKind::inode_storage,
                 MapKind::task_storage,
                 MapKind::cgrp_storage,
                 MapKind::queue,
                 MapKind::stack},
                {}, {}) {}

std::string Table::key_type() const {
  const auto& types = map()->types();
  return types.key() == 0 ? "" : detail::describe_type(types.types(), types.key());
}

std::string Table::value_type() const {
  const auto& types = map()->types();
  return types.value() == 0 ? "" : detail::describe_type(types.types(), types.value());
}

std::optional<std::string> Table::find(std::string_view key) const {
  require_keys(*map());
  const auto bytes = detail::bytes_of(*map(), Part::key, key);
  std::vector<std::byte> value(core().value_bytes());
  if (!core().lookup(bytes.data(), value.data())) return std::nullopt;
  return detail::value_text(core(), value.data());
}

const std::string Table::operator[](std::string_view key) const {  // NOLINT(readability-const-return-type)
  auto value = find(key);
  if (!value) core().throw_key_error(detail::bytes_of(*map(), Part::key, key).data());
  return *std::move(value);
}

void Table::update(std::string_view key, std::string_view value, Update how) const {
  require_keys(*map());
  const auto key_bytes = detail::bytes_of(*map(), Part::key, key);
  const auto one = detail::bytes_of(*map(), Part::value, value);
  std::vector<std::byte> all(core().value_bytes());
  for (std::size_t at = 0; at < all.size(); at += core().value_stride()) std::memcpy(&all[at], one.data(), one.size());
  core().update(key_bytes.data(), all.data(), how);
}

bool Table::remove(std::string_view key) const {
  require_keys(*map());
  return core().remove(detail::bytes_of(*map(), Part::key, key).data());
}

std::vector<std::pair<std::string, std::string>> Table::items() const {
  std::vector<std::pair<std::string, std::string>> result;
  core().show([&](const std::byte* key, const std::byte* value) {
    result.emplace_back(core().key_text(key), value == nullptr ? "null" : detail::value_text(core(), value));
  });
  return result;
}

bool Table::push(std::string_view value) const {
  require_no_keys(*map());
  return core().push(detail::bytes_of(*map(), Part::value, value).data(), 0);
}

std::optional<std::string> Table::pop() const {
  require_no_keys(*map());
  std::vector<std::byte> value(core().value_bytes());
  if (!core().take(nullptr, value.data())) return std::nullopt;
  return detail::value_text(core(), value.data());
}

std::optional<std::string> Table::peek() const {
  require_no_keys(*map());
  std::vector<std::byte> value(core().value_bytes());
  if (!core().lookup(nullptr, value.data())) return std::nullopt;
  return detail::value_text(core(), value.data());
}

void Table::clear() const {
  const auto kind = map()->kind();
  if (!has_keys(*map())) {
    for (std::size_t i = 0; i < capacity() && pop(); ++i) {
    }
    return;
  }
  if (!detail::gives_values(*map())) {
    const auto remove = [this](const std::byte* key, const std::byte* /*value*/) { core().remove(key); };
    return core().show(remove);
  }
  kind == MapKind::array || kind == MapKind::percpu_array ? core().zero() : core().clear();
}

}  // namespace bccxx
