// Tables whose values are file descriptors on the way in.

#include <bccxx/tables/cgroup_array.hpp>
#include <bccxx/tables/detail/fd_table.hpp>
#include <bccxx/tables/prog.hpp>
#include <bccxx/tables/xskmap.hpp>

#include "support/system_call.hpp"

#include <fcntl.h>

#include <utility>

namespace bccxx {
namespace {

constexpr detail::TypeShape index_shape = {"std::uint32_t", sizeof(std::uint32_t)};

}  // namespace

namespace detail {

FdArray::FdArray(MapPtr map, std::initializer_list<MapKind> kinds)
    : TableBase(std::move(map), kinds, index_shape, {"a file descriptor", sizeof(std::uint32_t)}) {}

void FdArray::put(std::uint32_t index, int fd, Update how) const {
  if (index >= size()) core().throw_key_error(&index);
  core().update(&index, &fd, how);
}

bool FdArray::remove(std::uint32_t index) const { return index < size() && core().remove(&index); }

void FdArray::clear() const {
  for (std::uint32_t index = 0; index < size(); ++index) remove(index);
}

}  // namespace detail

ProgTable::ProgTable(MapPtr map) : FdArray(std::move(map), {MapKind::prog_array}) {}

std::optional<std::uint32_t> ProgTable::find(std::uint32_t index) const {
  std::uint32_t id = 0;
  if (!core().lookup(&index, &id)) return std::nullopt;
  return id;
}

std::uint32_t ProgTable::operator[](std::uint32_t index) const {
  const auto id = find(index);
  if (!id) core().throw_key_error(&index);
  return *id;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> ProgTable::items() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> result;
  for (std::uint32_t index = 0; index < size(); ++index) {
    if (const auto id = find(index)) result.emplace_back(index, *id);
  }
  return result;
}

XskmapTable::XskmapTable(MapPtr map) : FdArray(std::move(map), {MapKind::xskmap}) {}

void XskmapTable::remove(std::uint32_t index) const {
  if (index >= size()) core().throw_key_error(&index);
  FdArray::remove(index);
}

CgroupArray::CgroupArray(MapPtr map) : FdArray(std::move(map), {MapKind::cgroup_array}) {}

void CgroupArray::update(std::uint32_t index, const std::string& path) const {
  const UniqueFd directory(
      support::check(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open cgroup", path));
  FdArray::update(index, directory.get());
}

}  // namespace bccxx
