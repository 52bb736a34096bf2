// Both forms of stack traces: a value is an array of frames that ends at the first empty one.

#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/bytes.hpp>
#include <bccxx/tables/stack.hpp>
#include <bccxx/tables/stack_build_id.hpp>

#include <linux/bpf.h>

#include <limits>
#include <utility>

namespace bccxx {
namespace {

static_assert(sizeof(BuildIdFrame) == sizeof(bpf_stack_build_id));
static_assert(BPF_BUILD_ID_SIZE == 20);

bool is_empty(std::uint64_t address) { return address == 0; }
bool is_empty(const BuildIdFrame& frame) { return frame.status == BuildIdFrame::Status::empty; }

template <class Frame>
std::vector<Frame> frames_of(const std::byte* raw, std::size_t depth) {
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < depth; ++i) {
    const auto frame = detail::load<Frame>(raw + i * sizeof(Frame));
    if (is_empty(frame)) break;
    frames.push_back(frame);
  }
  return frames;
}

template <class Frame>
std::optional<std::vector<Frame>> find_stack(const detail::Core& core, std::int64_t id, std::size_t depth) {
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  const auto key = static_cast<std::int32_t>(id);
  std::vector<std::byte> raw(core.value_bytes());
  if (!core.lookup(&key, raw.data())) return std::nullopt;
  return frames_of<Frame>(raw.data(), depth);
}

template <class Frame>
std::vector<std::pair<std::int32_t, std::vector<Frame>>> all_stacks(const detail::Core& core, std::size_t depth) {
  std::vector<std::pair<std::int32_t, std::vector<Frame>>> result;
  core.read([&](const std::byte* keys, const std::byte* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      result.emplace_back(detail::load<std::int32_t>(keys + i * core.key_size()),
                          frames_of<Frame>(values + i * core.value_bytes(), depth));
    }
  });
  return result;
}

bool remove_stack(const detail::Core& core, std::int64_t id) {
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max()) return false;
  const auto key = static_cast<std::int32_t>(id);
  return core.remove(&key);
}

void require_frames(const Map& map, bool build_ids) {
  if (((map.info().flags & BPF_F_STACK_BUILD_ID) != 0) == build_ids) return;
  const std::string addresses = "addresses";
  const std::string ids = "build ids";
  throw TypeMismatch(map.name(), "value", build_ids ? ids : addresses, build_ids ? addresses : ids,
                     build_ids ? sizeof(BuildIdFrame) : sizeof(std::uint64_t),
                     build_ids ? sizeof(std::uint64_t) : sizeof(BuildIdFrame));
}

constexpr detail::TypeShape stack_id = {"std::int32_t", sizeof(std::int32_t)};

[[noreturn]] void throw_absent(const TableBase& table, std::int64_t id) {
  throw KeyError(table.name(), std::to_string(id));
}

}  // namespace

StackTable::StackTable(MapPtr map) : TableBase(std::move(map), {MapKind::stack_trace}, stack_id, {}) {
  require_frames(*this->map(), false);
}

std::size_t StackTable::depth() const noexcept { return core().value_bytes() / sizeof(std::uint64_t); }

std::optional<std::vector<std::uint64_t>> StackTable::find(std::int64_t id) const {
  return find_stack<std::uint64_t>(core(), id, depth());
}

const std::vector<std::uint64_t> StackTable::operator[](
    std::int64_t id) const {  // NOLINT(readability-const-return-type)
  auto stack = find(id);
  if (!stack) throw_absent(*this, id);
  return *std::move(stack);
}

std::vector<std::pair<std::int32_t, std::vector<std::uint64_t>>> StackTable::items() const {
  return all_stacks<std::uint64_t>(core(), depth());
}

bool StackTable::remove(std::int64_t id) const { return remove_stack(core(), id); }

void StackTable::clear() const {
  for (const auto& [id, frames] : items()) remove(id);
}

StackBuildIdTable::StackBuildIdTable(MapPtr map) : TableBase(std::move(map), {MapKind::stack_trace}, stack_id, {}) {
  require_frames(*this->map(), true);
}

std::size_t StackBuildIdTable::depth() const noexcept { return core().value_bytes() / sizeof(BuildIdFrame); }

std::optional<std::vector<BuildIdFrame>> StackBuildIdTable::find(std::int64_t id) const {
  return find_stack<BuildIdFrame>(core(), id, depth());
}

const std::vector<BuildIdFrame> StackBuildIdTable::operator[](  // NOLINT(readability-const-return-type)
    std::int64_t id) const {
  auto stack = find(id);
  if (!stack) throw_absent(*this, id);
  return *std::move(stack);
}

std::vector<std::pair<std::int32_t, std::vector<BuildIdFrame>>> StackBuildIdTable::items() const {
  return all_stacks<BuildIdFrame>(core(), depth());
}

bool StackBuildIdTable::remove(std::int64_t id) const { return remove_stack(core(), id); }

void StackBuildIdTable::clear() const {
  for (const auto& [id, frames] : items()) remove(id);
}

}  // namespace bccxx
