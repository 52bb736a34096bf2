// The whole table at once: read, drain, clear, zero, count, fill.

#include "support/system_call.hpp"
#include "tables/batch.hpp"
#include "tables/map_traits.hpp"
#include "tables/walk.hpp"

#include <bccxx/tables/detail/core.hpp>

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace bccxx::detail {
namespace {

void read_by_index(const Core& core, const ChunkSink& sink) {
  std::vector<std::byte> value(core.value_bytes());
  for (std::uint32_t index = 0; index < core.capacity(); ++index) {
    if (core.lookup(&index, value.data())) sink(reinterpret_cast<const std::byte*>(&index), value.data(), 1);
  }
}

void read_by_walk(const Core& core, const ChunkSink& sink) {
  const WalkSource source = {[&core](const std::byte* key, std::byte* next) { return core.next(key, next); },
                             [&core](const std::byte* key, std::byte* value) { return core.lookup(key, value); }};
  walk(source, core.key_size(), core.value_bytes(), core.name(), sink);
}

std::vector<std::byte> all_keys(const Core& core) {
  std::vector<std::byte> result;
  core.read([&](const std::byte* keys, const std::byte* /*values*/, std::size_t count) {
    result.insert(result.end(), keys, keys + count * core.key_size());
  });
  return result;
}

}  // namespace

void Core::read(const ChunkSink& sink, Reading reading) const {
  require_keys(*map_);
  require_values(*map_);
  const bool batch = reading == Reading::batch || (reading == Reading::automatic && has_exact_batch(map_->kind()));
  if (batch && read_by_batch(*map_, value_bytes_, BatchCommand::lookup, sink)) return;
  if (reading == Reading::batch) support::fail(EOPNOTSUPP, "read batch of table", name());
  has_index(map_->kind()) ? read_by_index(*this, sink) : read_by_walk(*this, sink);
}

void Core::show(const std::function<void(const std::byte* key, const std::byte* value)>& entry) const {
  require_keys(*map_);
  if (gives_values(*map_)) {
    return read([&](const std::byte* keys, const std::byte* values, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) entry(keys + i * key_size(), values + i * value_bytes_);
    });
  }
  if (has_index(map_->kind())) {
    for (std::uint32_t index = 0; index < capacity(); ++index) {
      entry(reinterpret_cast<const std::byte*>(&index), nullptr);
    }
    return;
  }
  const WalkSource keys = {[this](const std::byte* key, std::byte* next) { return this->next(key, next); },
                           [](const std::byte* /*key*/, std::byte* /*value*/) { return true; }};
  walk(keys, key_size(), value_bytes_, name(),
       [&entry](const std::byte* key, const std::byte* /*value*/, std::size_t /*one*/) { entry(key, nullptr); });
}

void Core::drain(const ChunkSink& sink, Reading reading) const {
  require_keys(*map_);
  require_values(*map_);
  const bool batch = reading == Reading::batch || (reading == Reading::automatic && has_exact_batch(map_->kind()));
  if (batch && read_by_batch(*map_, value_bytes_, BatchCommand::lookup_and_delete, sink)) return;
  if (reading == Reading::batch) support::fail(EOPNOTSUPP, "drain batch of table", name());
  // The keys first: removing while walking would throw the walk back.
  const auto keys = all_keys(*this);
  std::vector<std::byte> value(value_bytes_);
  for (std::size_t at = 0; at < keys.size(); at += key_size()) {
    if (take(&keys[at], value.data())) sink(&keys[at], value.data(), 1);
  }
}

void Core::clear() const {
  drain([](const std::byte*, const std::byte*, std::size_t) {});
}

void Core::zero() const {
  const auto keys = all_keys(*this);
  const std::vector<std::byte> zeroes(value_bytes_);
  const bool indexed = has_index(map_->kind());
  for (std::size_t at = 0; at < keys.size(); at += key_size()) {
    const auto flags = indexed ? BPF_ANY : BPF_EXIST;  // a key removed meanwhile shall not come back
    const int result = bpf_map_update_elem(map_->fd(), &keys[at], zeroes.data(), flags);
    if (result < 0 && result != -ENOENT) fail(-result, "zero table");
  }
}

std::size_t Core::count() const {
  std::size_t result = 0;
  if (gives_values(*map_)) {
    read([&result](const std::byte*, const std::byte*, std::size_t count) { result += count; });
  } else {
    show([&result](const std::byte*, const std::byte*) { ++result; });
  }
  return result;
}

std::size_t Core::remove_many(const std::byte* keys, std::size_t count) const {
  std::size_t removed = 0;
  std::size_t done = 0;
  bool batch = count > 1;
  while (done < count) {
    const std::byte* const next = keys + done * key_size();
    auto now = static_cast<std::uint32_t>(std::min<std::size_t>(count - done, 1U << 16));
    const int result = batch ? bpf_map_delete_batch(map_->fd(), next, &now, nullptr) : -EINVAL;
    if (result == 0 || result == -ENOENT) {
      // The kernel stops at a key that is absent.
      removed += now;
      done += now + (result == 0 ? 0U : 1U);
      continue;
    }
    if (batch && !support::is_unknown_command(-result)) fail(-result, "remove from table");
    batch = false;
    removed += remove(next) ? 1 : 0;
    ++done;
  }
  return removed;
}

void Core::update_many(const std::byte* keys, const std::byte* values, std::size_t count, Update flags) const {
  std::size_t done = 0;
  if (flags == Update::any && has_exact_batch(map_->kind())) {
    while (done < count) {
      auto now = static_cast<std::uint32_t>(std::min<std::size_t>(count - done, 1U << 16));
      const int result =
          bpf_map_update_batch(map_->fd(), keys + done * key_size(), values + done * value_bytes_, &now, nullptr);
      if (done == 0 && support::is_unknown_command(-result)) break;
      if (result < 0) fail(-result, "update table");
      done += now;
    }
  }
  for (; done < count; ++done) update(keys + done * key_size(), values + done * value_bytes_, flags);
}

}  // namespace bccxx::detail
