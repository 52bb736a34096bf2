// The whole table at once: read, drain, clear, zero, count, fill.

#include "support/system_call.hpp"
#include "tables/batch.hpp"
#include "tables/exchange.hpp"
#include "tables/map_traits.hpp"
#include "tables/walk.hpp"

#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/core.hpp>

#include <bpf/bpf.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
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

std::vector<std::byte> all_indexes(const Core& core) {
  std::vector<std::byte> result(core.capacity() * sizeof(std::uint32_t));
  for (std::uint32_t i = 0; i < core.capacity(); ++i) std::memcpy(&result[i * sizeof i], &i, sizeof i);
  return result;
}

bool is_zero(const std::byte* value, std::size_t size) {
  return std::all_of(value, value + size, [](std::byte byte) { return byte == std::byte{0}; });
}

/// Reads each value and then zeroes it. The value of a key that the kernel cannot write now stays for the next time.
std::vector<std::byte> read_and_zero(const Core& core, const std::vector<std::byte>& keys) {
  std::vector<std::byte> values(keys.size() / core.key_size() * core.value_bytes());
  std::vector<std::byte> value(core.value_bytes());
  const std::vector<std::byte> zeroes(core.value_bytes());
  const auto flags =
      has_index(core.map()->kind()) ? BPF_ANY : BPF_EXIST;  // a key removed meanwhile shall not come back
  auto* to = values.data();
  bool taken = false;
  for (std::size_t at = 0; at < keys.size(); at += core.key_size(), to += core.value_bytes()) {
    if (!core.lookup(&keys[at], value.data()) || is_zero(value.data(), value.size())) continue;
    const int result = bpf_map_update_elem(core.map()->fd(), &keys[at], zeroes.data(), flags);
    if (result == 0) std::memcpy(to, value.data(), value.size());
    taken = taken || result == 0;
    // An exception would take along what has been taken.
    if (result < 0 && result != -ENOENT && !taken) core.fail(-result, "drain table");
  }
  return values;
}

std::vector<std::byte> exchange_or_read(const Core& core, const std::vector<std::byte>& keys) {
  std::optional<Exchange> exchange;
  try {
    exchange.emplace(*core.map(), keys.size() / core.key_size());
  } catch (const Error&) {
    return read_and_zero(core, keys);
  }
  return exchange->take(keys);
}

/// Removes a key that had nothing to give.
///
/// Returns: whether it had in that last moment, and that is what `number` holds now
bool remove_idle(const Core& core, const std::byte* key, std::byte* number) {
  std::vector<std::byte> last(core.value_bytes());
  try {
    if (!core.take(key, last.data()) || is_zero(last.data(), last.size())) return false;
  } catch (const SystemError&) {
    return false;  // it stays: an exception would take the other keys' numbers along, which are zero by now
  }
  std::memcpy(number, last.data(), last.size());
  return true;
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

void Core::take_numbers(const ChunkSink& sink, IdleKeys idle, WithoutExchange without) const {
  // Programs may write what user space may not.
  const bool read_only = (::fcntl(map_->fd(), F_GETFL) & O_ACCMODE) == O_RDONLY;
  if (read_only || map_->frozen()) fail(EPERM, "drain table");
  const bool indexed = has_index(map_->kind());
  const auto keys = indexed ? all_indexes(*this) : all_keys(*this);
  const auto count = keys.size() / key_size();
  if (count == 0) return;
  auto numbers = without == WithoutExchange::fail ? Exchange(*map_, count).take(keys) : exchange_or_read(*this, keys);
  if (indexed) return sink(keys.data(), numbers.data(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const key = &keys[i * key_size()];
    auto* const number = &numbers[i * value_bytes_];
    if (!is_zero(number, value_bytes_) || (idle == IdleKeys::remove && remove_idle(*this, key, number))) {
      sink(key, number, 1);
    }
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
