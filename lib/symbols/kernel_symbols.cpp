// Reads the table when first asked, and again when an address is unknown and the modules have changed.

#include <bccxx/symbols/kernel_symbols.hpp>

#include "symbols/kernel_table.hpp"
#include "symbols/return_address.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace bccxx {
namespace {

constexpr auto shortest_reload = std::chrono::seconds(1);

}  // namespace

class KernelSymbols::Impl {
 public:
  Impl(std::string kallsyms, std::string modules) : kallsyms_(std::move(kallsyms)), modules_(std::move(modules)) {}

  Frame resolve(std::uint64_t address) {
    auto frame = table().resolve(address);
    if (frame.reason == Unresolved::outside_kernel_text && changed()) {
      table_.reset();
      frame = table().resolve(address);
    }
    return frame;
  }

  symbols::KernelTable& table() {
    if (!table_) {
      table_.emplace(kallsyms_, modules_);
      read_at_ = std::chrono::steady_clock::now();
    }
    return *table_;
  }
  void refresh() { table_.reset(); }

  std::mutex mutex;

 private:
  /// Whether a module has come or gone; asked at most once a second, as reading kallsyms takes tens of milliseconds.
  bool changed() {
    const auto now = std::chrono::steady_clock::now();
    if (now - read_at_ < shortest_reload) return false;
    read_at_ = now;
    return symbols::KernelTable::read_modules(modules_) != table_->modules_text();
  }

  std::string kallsyms_;
  std::string modules_;
  std::optional<symbols::KernelTable> table_;
  std::chrono::steady_clock::time_point read_at_;
};

KernelSymbols::KernelSymbols() : KernelSymbols("/proc/kallsyms", "/proc/modules") {}
KernelSymbols::KernelSymbols(std::string kallsyms_path, std::string modules_path)
    : impl_(std::make_unique<Impl>(std::move(kallsyms_path), std::move(modules_path))) {}
KernelSymbols::~KernelSymbols() = default;
KernelSymbols::KernelSymbols(KernelSymbols&&) noexcept = default;
KernelSymbols& KernelSymbols::operator=(KernelSymbols&&) noexcept = default;

Frame KernelSymbols::resolve(std::uint64_t address) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->resolve(address);
}

std::vector<Frame> KernelSymbols::resolve(std::span<const std::uint64_t> addresses) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<Frame> frames;
  frames.reserve(addresses.size());
  for (const auto address : addresses) frames.push_back(impl_->resolve(address));
  return frames;
}

std::vector<Frame> KernelSymbols::resolve_stack(std::span<const std::uint64_t> addresses) const {
  return symbols::resolve_stack(addresses, [this](std::span<const std::uint64_t> places) { return resolve(places); });
}

std::optional<std::uint64_t> KernelSymbols::address_of(std::string_view name, std::string_view module) const {
  const std::lock_guard lock(impl_->mutex);
  const auto address = impl_->table().find(name, module);
  return address == std::uint64_t{0} ? std::nullopt : address;
}

bool KernelSymbols::contains(std::string_view name) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->table().find(name, {}).has_value();
}

std::vector<std::string> KernelSymbols::modules() const {
  const std::lock_guard lock(impl_->mutex);
  const auto& names = impl_->table().module_names();
  std::vector<std::string> modules(names.begin() + 1, names.end());
  std::ranges::sort(modules);
  return modules;
}

void KernelSymbols::refresh() {
  const std::lock_guard lock(impl_->mutex);
  impl_->refresh();
}

}  // namespace bccxx
