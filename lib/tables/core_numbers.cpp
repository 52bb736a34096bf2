// Numbers are taken out of a table while programs go on adding to them.

#include "tables/exchange.hpp"
#include "tables/map_traits.hpp"

#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/core.hpp>

#include <bpf/bpf.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace bccxx::detail {
namespace {

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
  // A key removed meanwhile shall not come back.
  const auto flags = has_index(core.map()->kind()) ? BPF_ANY : BPF_EXIST;
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

std::vector<std::byte> numbers_of(const Core& core, const std::vector<std::byte>& keys, WithoutExchange without) {
  if (keys.empty()) return {};
  std::optional<Exchange> exchange;
  try {
    exchange.emplace(*core.map(), keys.size() / core.key_size());
  } catch (const Error&) {
    if (without == WithoutExchange::fail) throw;
    return read_and_zero(core, keys);
  }
  return exchange->take(keys);
}

struct HashKeys {
  std::vector<std::byte> counted;
  std::vector<std::byte> idle;  ///< their numbers are zero
};

/// A program's look at a key makes it one used of late to an LRU hash: only those that have something to give may get
/// one.
HashKeys keys_by_use(const Core& core) {
  HashKeys result;
  core.read([&](const std::byte* keys, const std::byte* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& to = is_zero(values + i * core.value_bytes(), core.value_bytes()) ? result.idle : result.counted;
      to.insert(to.end(), keys + i * core.key_size(), keys + (i + 1) * core.key_size());
    }
  });
  return result;
}

/// Removes a key that had nothing to give.
///
/// Returns: whether it had in that last moment, and that is what `number` holds now
bool remove_idle(const Core& core, const std::byte* key, std::byte* number) {
  try {
    return core.take(key, number) && !is_zero(number, core.value_bytes());
  } catch (const SystemError&) {
    return false;  // it stays: an exception would take the other keys' numbers along, which are zero by now
  }
}

}  // namespace

void Core::take_numbers(const ChunkSink& sink, IdleKeys idle, WithoutExchange without) const {
  // Programs may write what user space may not.
  const bool read_only = (::fcntl(map_->fd(), F_GETFL) & O_ACCMODE) == O_RDONLY;
  if (read_only || map_->frozen()) fail(EPERM, "drain table");
  if (has_index(map_->kind())) {
    const auto indexes = all_indexes(*this);
    return sink(indexes.data(), numbers_of(*this, indexes, without).data(), capacity());
  }
  const auto keys = keys_by_use(*this);
  const auto numbers = numbers_of(*this, keys.counted, without);
  for (std::size_t i = 0; i < keys.counted.size() / key_size(); ++i) {
    const auto* const number = &numbers[i * value_bytes_];
    if (!is_zero(number, value_bytes_)) sink(&keys.counted[i * key_size()], number, 1);
  }
  if (idle == IdleKeys::keep) return;
  std::vector<std::byte> number(value_bytes_);
  for (std::size_t at = 0; at < keys.idle.size(); at += key_size()) {
    if (remove_idle(*this, &keys.idle[at], number.data())) sink(&keys.idle[at], number.data(), 1);
  }
}

}  // namespace bccxx::detail
