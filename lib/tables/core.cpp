// One entry at a time: the element commands of bpf(2), with absent told apart from failed.

#include <bccxx/tables/detail/core.hpp>

#include "support/system_call.hpp"
#include "tables/map_traits.hpp"
#include "tables/map_types.hpp"
#include "tables/text.hpp"

#include <bccxx/support/cpus.hpp>

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <utility>

namespace bccxx::detail {
namespace {

constexpr std::size_t round_up_to_8(std::size_t size) { return (size + 7) / 8 * 8; }

}  // namespace

Core::Core(MapPtr map, std::initializer_list<MapKind> kinds, const TypeShape& key, const TypeShape& value)
    : map_(std::move(map)) {
  check_shape(*map_, kinds.begin(), kinds.size(), key, value);
  const bool per_cpu = is_per_cpu(map_->kind());
  value_stride_ = per_cpu ? round_up_to_8(map_->info().value_size) : map_->info().value_size;
  value_bytes_ = per_cpu ? value_stride_ * possible_cpus() : value_stride_;
}

bool Core::lookup(const void* key, void* value, std::uint64_t flags) const {
  const int result = bpf_map_lookup_elem_flags(map_->fd(), key, value, flags);
  if (result == -ENOENT) return false;
  if (result < 0) {
    require_values(*map_);
    fail(-result, "look up in table");
  }
  return true;
}

void Core::update(const void* key, const void* value, Update flags) const {
  const int result = bpf_map_update_elem(map_->fd(), key, value, static_cast<std::uint64_t>(flags));
  if (result < 0) fail(-result, "update table");
}

bool Core::insert(const void* key, const void* value) const {
  const int result = bpf_map_update_elem(map_->fd(), key, value, BPF_NOEXIST);
  if (result == -EEXIST) return false;
  if (result < 0) fail(-result, "insert into table");
  return true;
}

bool Core::push(const void* value, std::uint64_t flags) const {
  const int result = bpf_map_update_elem(map_->fd(), nullptr, value, flags);
  if (result == -E2BIG) return false;
  if (result < 0) fail(-result, "push into table");
  return true;
}

bool Core::remove(const void* key) const {
  const int result = bpf_map_delete_elem(map_->fd(), key);
  if (result == -ENOENT) return false;
  // An empty slot of a sockmap is EINVAL in older kernels.
  if (result == -EINVAL && map_->kind() == MapKind::sockmap) return false;
  if (result < 0) fail(-result, "remove from table");
  return true;
}

bool Core::take(const void* key, void* value) const {
  const int result = bpf_map_lookup_and_delete_elem(map_->fd(), key, value);
  if (result == 0) return true;
  if (result == -ENOENT) return false;
  // Before 5.14 only queues and stacks know the command.
  if (!support::is_unknown_command(-result) || key == nullptr) fail(-result, "take from table");
  return lookup(key, value) && remove(key);
}

bool Core::next(const void* key, void* next) const {
  const int result = bpf_map_get_next_key(map_->fd(), key, next);
  if (result == -ENOENT) return false;
  if (result < 0) fail(-result, "walk through table");
  return true;
}

std::string Core::padded_key(const std::string& text) const {
  if (text.size() > key_size()) {
    throw TypeMismatch(name(), "key", fmt::format("text of {} bytes", text.size()),
                       map_->types().key() == 0 ? fmt::format("{} bytes", key_size())
                                                : describe_type(map_->types().types(), map_->types().key()),
                       text.size(), key_size());
  }
  auto padded = text;
  padded.resize(key_size(), '\0');
  return padded;
}

std::string Core::key_text(const void* key) const { return text_of(*map_, Part::key, key); }

void Core::throw_key_error(const void* key) const { throw KeyError(name(), key_text(key)); }

void Core::fail(int code, const char* operation) const {
  if (code == EPERM && map_->frozen()) {
    throw SystemError(operation, name(), support::error_code(code), "the map is frozen");
  }
  if (code == E2BIG) {
    throw SystemError(operation, name(), support::error_code(code), fmt::format("it is full: {} entries", capacity()));
  }
  support::fail(code, operation, name());
}

}  // namespace bccxx::detail
