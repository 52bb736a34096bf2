// The value is 4 bytes, or 8 with a program: a descriptor on the way in, an id on the way out.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/detail/redirect_table.hpp>

#include <array>
#include <cstring>
#include <utility>

namespace bccxx::detail {
namespace {

constexpr std::size_t with_program = 8;

RedirectTarget target_of(const std::byte* raw, std::size_t size) {
  return {load<std::uint32_t>(raw), size >= with_program ? load<std::uint32_t>(raw + 4) : 0};
}

}  // namespace

RedirectTable::RedirectTable(MapPtr map, MapKind kind)
    : TableBase(std::move(map), {kind}, {"std::uint32_t", sizeof(std::uint32_t)}, {}) {}

std::optional<RedirectTarget> RedirectTable::find(std::uint32_t key) const {
  std::array<std::byte, with_program> raw{};
  if (!core().lookup(&key, raw.data())) return std::nullopt;
  return target_of(raw.data(), core().value_bytes());
}

const RedirectTarget RedirectTable::operator[](std::uint32_t key) const {  // NOLINT(readability-const-return-type)
  const auto target = find(key);
  if (!target) core().throw_key_error(&key);
  return *target;
}

void RedirectTable::write(std::uint32_t key, std::uint32_t value, int program, Update how) const {
  if (program >= 0 && core().value_bytes() < with_program) {
    throw TypeMismatch(name(), "value", "a target with a program", "a target without", with_program,
                       core().value_bytes());
  }
  std::array<std::byte, with_program> raw{};
  std::memcpy(raw.data(), &value, sizeof value);
  std::memcpy(raw.data() + 4, &program, sizeof program);
  core().update(&key, raw.data(), how);
}

bool RedirectTable::remove(std::uint32_t key) const {
  // The kernel removes what is not there without a word.
  return find(key).has_value() && core().remove(&key);
}

std::vector<std::pair<std::uint32_t, RedirectTarget>> RedirectTable::items() const {
  std::vector<std::pair<std::uint32_t, RedirectTarget>> result;
  core().read([&](const std::byte* keys, const std::byte* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      result.emplace_back(load<std::uint32_t>(keys + i * 4),
                          target_of(values + i * core().value_bytes(), core().value_bytes()));
    }
  });
  return result;
}

void RedirectTable::clear() const {
  for (const auto& [key, target] : items()) remove(key);
}

}  // namespace bccxx::detail
