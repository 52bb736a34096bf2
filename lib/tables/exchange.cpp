// User space reads and writes in two steps; an instruction of the kernel's can do both in one.

#include "tables/exchange.hpp"

#include "support/kernel_release.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"
#include "tables/own_thread.hpp"

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/error.hpp>

#include <bpf/bpf.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace bccxx::detail {
namespace {

int load_usually(std::span<const bpf_insn> code) {
  const support::LibbpfLog silent;
  return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, nullptr, "GPL", code.data(), code.size(), nullptr);
}

enum class Known { no, absent, there };

std::atomic<ProgramLoader> loader = load_usually;
std::atomic<Known> known = Known::no;

[[noreturn]] void not_supported(const Map& map, const char* since) {
  throw NotSupported("taking the numbers of table " + map.name() + " out in one step", since,
                     support::kernel_release());
}

/// What stands in the way of loading any program, such as a limit or a missing capability, may go again: it is not
/// remembered.
void require_exchange(const Map& map) {
  if (known == Known::no) {
    const UniqueFd program(loader.load()(smallest_exchange()));
    const int code = program ? 0 : -program.get();
    if (code != 0 && !support::is_unknown_command(code)) {
      support::fail(code, "load a program to drain table", map.name());
    }
    known = program ? Known::there : Known::absent;
  }
  if (known == Known::absent) not_supported(map, "Linux 5.12, on arm64 5.18");
}

const Map& exchangeable(const Map& map) {
  const auto size = map.info().value_size;
  if ((size != 4 && size != 8) || (map.info().flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)) != 0) {
    not_supported(map, "a table of numbers that programs may read and write");
  }
  require_exchange(map);
  return map;
}

}  // namespace

Exchange::Exchange(const Map& map, std::size_t keys)
    : map_(exchangeable(map)),
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
  if (!program_) not_supported(map, "Linux 5.12, on arm64 5.18");
}

UniqueFd Exchange::load(WhichCpu which) const {
  UniqueFd program(loader.load()(exchange_program(map_, shared_->fd(), layout_, which)));
  if (program || support::is_unknown_command(-program.get())) return program;
  support::fail(-program.get(), "load a program to drain table", map_.name());
}

std::vector<std::byte> Exchange::take(std::span<const std::byte> keys) {
  const auto count = keys.size() / map_.info().key_size;
  if (!is_per_cpu(map_.kind())) {
    std::vector<std::byte> values(count * map_.info().value_size);
    static_cast<void>(take(keys, 0, values.data(), map_.info().value_size));
    return values;
  }
  const auto cpus = possible_cpus();
  std::vector<std::byte> values(count * cpus * sizeof(std::uint64_t));
  on_own_thread(map_.name(), [&] {
    bool goes_on = true;
    for (std::size_t cpu = 0; cpu < cpus && goes_on; ++cpu) {
      if (!move_to_cpu(cpu) && !any_cpu_) continue;
      goes_on = take(keys, cpu, &values[cpu * sizeof(std::uint64_t)], cpus * sizeof(std::uint64_t));
    }
  });
  return values;
}

bool Exchange::take(std::span<const std::byte> keys, std::size_t cpu, std::byte* values, std::size_t stride) {
  const std::size_t key_size = map_.info().key_size;
  const std::size_t count = keys.size() / key_size;
  bool goes_on = true;
  for (std::size_t done = 0; done < count && goes_on; done += layout_.chunk) {
    const auto now = std::min(layout_.chunk, count - done);
    for (std::size_t i = 0; i < now; ++i) {
      std::memcpy(layout_.key(memory_.element(0), i), &keys[(done + i) * key_size], key_size);
      std::memset(layout_.number(memory_.element(0), i), 0, sizeof(std::uint64_t));
    }
    goes_on = run(now, cpu);
    for (std::size_t i = 0; i < now; ++i) {
      std::memcpy(values + (done + i) * stride, layout_.number(memory_.element(0), i), map_.info().value_size);
    }
  }
  return goes_on;
}

bool Exchange::run(std::size_t count, std::size_t cpu) {
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
    taken_ = taken_ || now.next != 0;
    // A signal ends it early; what has been taken until then is in the memory.
    const bool interrupted = result == -EINTR || result == -EAGAIN;
    if (interrupted || (result == 0 && now.next != before)) continue;
    if (!taken_) support::fail(result == 0 ? EIO : -result, "drain table", map_.name());
    return false;  // an exception would take along what has been taken
  }
  return true;
}

void load_programs_with(ProgramLoader other) {
  loader = other == nullptr ? load_usually : other;
  known = Known::no;
}

}  // namespace bccxx::detail
