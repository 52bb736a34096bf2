// User space reads and writes in two steps; an instruction of the kernel's can do both in one.

#include "tables/exchange.hpp"

#include "support/kernel_release.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"
#include "tables/exchange_program.hpp"
#include "tables/own_thread.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/tables/detail/memory_map.hpp>

#include <bpf/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bccxx::detail {
namespace {

[[noreturn]] void not_supported(const Map& map, const char* since) {
  throw NotSupported("taking the numbers of table " + map.name() + " out in one step", since,
                     support::kernel_release());
}

/// The memory that the program and this process share.
class Exchange {
 public:
  Exchange(const Map& map, std::size_t keys)
      : map_(map),
        layout_(map.info().key_size, keys),
        shared_(Map::create({.kind = MapKind::array,
                             .name = "exchange",
                             .key_size = sizeof(std::uint32_t),
                             .value_size = static_cast<std::uint32_t>(layout_.size()),
                             .max_entries = 1,
                             .flags = BPF_F_MMAPABLE})),
        memory_(*MemoryMap::of(*shared_, MemoryAccess::write)) {
    if (is_per_cpu(map.kind())) program_ = load(WhichCpu::any);
    any_cpu_ = static_cast<bool>(program_);
    if (!program_) program_ = load(WhichCpu::own);
    if (!program_) not_supported(map, "Linux 5.12");
  }

  /// Whether the numbers of any CPU can be reached from here.
  [[nodiscard]] bool any_cpu() const noexcept { return any_cpu_; }

  /// Writes the number of each key to `values`, one every `stride` bytes.
  void take(std::span<const std::byte> keys, std::size_t cpu, std::byte* values, std::size_t stride) {
    const std::size_t key_size = map_.info().key_size;
    const std::size_t count = keys.size() / key_size;
    for (std::size_t done = 0; done < count; done += layout_.chunk) {
      const auto now = std::min(layout_.chunk, count - done);
      for (std::size_t i = 0; i < now; ++i) {
        std::memcpy(layout_.key(memory_.element(0), i), &keys[(done + i) * key_size], key_size);
      }
      run(now, cpu);
      for (std::size_t i = 0; i < now; ++i) {
        std::memcpy(values + (done + i) * stride, layout_.number(memory_.element(0), i), map_.info().value_size);
      }
    }
  }

 private:
  /// Nothing when the kernel does not know one of the instructions.
  [[nodiscard]] UniqueFd load(WhichCpu which) const {
    const support::LibbpfLog silent;
    const auto code = exchange_program(map_, shared_->fd(), layout_, which);
    UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, nullptr, "GPL", code.data(), code.size(), nullptr));
    if (program || program.get() == -EINVAL) return program;
    support::fail(-program.get(), "load a program to drain table", map_.name());
  }

  void run(std::size_t count, std::size_t cpu) {
    auto* const header = memory_.element(0);
    ExchangeHeader now{0, count, cpu};
    std::memcpy(header, &now, sizeof now);
    while (now.next < count) {
      std::array<char, 64> packet{};
      bpf_test_run_opts options = {};
      options.sz = sizeof(options);
      options.data_in = packet.data();
      options.data_size_in = packet.size();
      options.repeat = static_cast<int>((count - now.next + exchanges_each_run - 1) / exchanges_each_run);
      const auto before = now.next;
      const int result = bpf_prog_test_run_opts(program_.get(), &options);
      std::memcpy(&now, header, sizeof now);
      // A signal ends it early; what has been taken until then is in the memory.
      if (result < 0 && result != -EINTR && result != -EAGAIN) support::fail(-result, "drain table", map_.name());
      if (result == 0 && now.next == before) support::fail(EIO, "drain table", map_.name());
    }
  }

  const Map& map_;
  ExchangeLayout layout_;
  MapPtr shared_;
  MemoryMap memory_;
  UniqueFd program_;
  bool any_cpu_ = false;
};

}  // namespace

bool kernel_exchanges() {
  static const bool known = [] {
    const support::LibbpfLog silent;
    const auto code = smallest_exchange();
    const UniqueFd program(
        bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, nullptr, "GPL", code.data(), code.size(), nullptr));
    return program.get() != -EINVAL;
  }();
  return known;
}

bool may_exchange(const Map& map) noexcept {
  const auto size = map.info().value_size;
  return (size == 4 || size == 8) && (map.info().flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)) == 0;
}

std::vector<std::byte> exchange_numbers(const Map& map, std::span<const std::byte> keys) {
  if (!may_exchange(map)) not_supported(map, "a table of numbers that programs may read and write");
  const auto count = keys.size() / map.info().key_size;
  if (count == 0) return {};
  Exchange exchange(map, count);
  if (!is_per_cpu(map.kind())) {
    std::vector<std::byte> values(count * map.info().value_size);
    exchange.take(keys, 0, values.data(), map.info().value_size);
    return values;
  }
  const auto cpus = possible_cpus();
  std::vector<std::byte> values(count * cpus * sizeof(std::uint64_t));
  on_own_thread(map.name(), [&] {
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
      if (!move_to_cpu(cpu) && !exchange.any_cpu()) continue;
      exchange.take(keys, cpu, &values[cpu * sizeof(std::uint64_t)], cpus * sizeof(std::uint64_t));
    }
  });
  return values;
}

}  // namespace bccxx::detail
