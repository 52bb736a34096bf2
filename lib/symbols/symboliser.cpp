// One question at a time.

#include <bccxx/symbols/symboliser.hpp>

#include "symbols/return_address.hpp"
#include "symbols/symboliser_impl.hpp"

namespace bccxx {

Symboliser::Symboliser(SymbolOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Symboliser::~Symboliser() = default;
Symboliser::Symboliser(Symboliser&&) noexcept = default;
Symboliser& Symboliser::operator=(Symboliser&&) noexcept = default;

Frame Symboliser::resolve(pid_t pid, std::uint64_t address) {
  Frame frame;
  const std::lock_guard lock(impl_->mutex);
  impl_->resolve(pid, std::span(&address, 1), std::span(&frame, 1));
  return frame;
}

std::vector<Frame> Symboliser::resolve(pid_t pid, std::span<const std::uint64_t> addresses) {
  std::vector<Frame> frames(addresses.size());
  const std::lock_guard lock(impl_->mutex);
  impl_->resolve(pid, addresses, frames);
  return frames;
}

std::vector<Frame> Symboliser::resolve_stack(pid_t pid, std::span<const std::uint64_t> addresses) {
  return symbols::resolve_stack(addresses, [&](std::span<const std::uint64_t> places) { return resolve(pid, places); });
}

Frame Symboliser::resolve(const BuildId& id, std::uint64_t file_offset) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->resolve(id, file_offset);
}

const KernelSymbols& Symboliser::kernel() const noexcept { return impl_->kernel; }

std::optional<BuildId> Symboliser::add_module(const std::string& path) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->add_module(path);
}

std::optional<std::uint64_t> Symboliser::address_of(pid_t pid, std::string_view name, std::string_view module) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->address_of(pid, name, module);
}

void Symboliser::remember(pid_t pid) {
  const std::lock_guard lock(impl_->mutex);
  impl_->remember(pid);
}

void Symboliser::remember_once(pid_t pid) {
  const std::lock_guard lock(impl_->mutex);
  impl_->remember_once(pid);
}

void Symboliser::forget(pid_t pid) {
  const std::lock_guard lock(impl_->mutex);
  impl_->forget(pid);
}

std::size_t Symboliser::memory_size() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->memory_size();
}

}  // namespace bccxx
