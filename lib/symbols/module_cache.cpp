// A short list searched from the front: a batch of addresses asks once for each mapping, not for each address.

#include "symbols/module_cache.hpp"

#include <algorithm>

namespace bccxx::symbols {
namespace {

/// Bounds the descriptors that large or DWARF-carrying files keep open.
constexpr std::size_t most_modules = 256;

}  // namespace

std::shared_ptr<Module> ModuleCache::get(TargetFile file, const std::string& path, int root_fd) {
  const auto known = std::ranges::find(modules_, file.identity, [](const auto& module) { return module->identity(); });
  if (known != modules_.end()) {
    modules_.splice(modules_.begin(), modules_, known);
    return modules_.front();
  }
  auto module = std::make_shared<Module>(std::move(file), path, root_fd, options_);
  add(module);
  return module;
}

std::shared_ptr<Module> ModuleCache::get(const BuildId& id) {
  const auto known = std::ranges::find(modules_, id, [](const auto& module) { return module->build_id(); });
  if (known == modules_.end()) return nullptr;
  modules_.splice(modules_.begin(), modules_, known);
  return modules_.front();
}

void ModuleCache::add(const std::shared_ptr<Module>& module) {
  modules_.push_front(module);
  shrink();
}

void ModuleCache::touch(const std::shared_ptr<Module>& module) {
  const auto known = std::ranges::find(modules_, module);
  if (known != modules_.end()) modules_.splice(modules_.begin(), modules_, known);
  // Each has more names to keep than when it came.
  shrink();
}

std::size_t ModuleCache::memory_size() const {
  std::size_t size = 0;
  for (const auto& module : modules_) size += module->memory_size();
  return size;
}

void ModuleCache::shrink() {
  auto size = memory_size();
  while (modules_.size() > 1 && (size > options_.memory_limit || modules_.size() > most_modules)) {
    size -= modules_.back()->memory_size();
    modules_.pop_back();
  }
}

}  // namespace bccxx::symbols
