#pragma once
// The binaries met so far, shared by all processes that map the same file, least recently used out first.

#include "symbols/module.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

namespace bccxx::symbols {

class BCCXX_API ModuleCache {
 public:
  explicit ModuleCache(SymbolOptions options) : options_(std::move(options)) {}

  /// The module of an opened file, loaded when it is new.
  [[nodiscard]] std::shared_ptr<Module> get(TargetFile file, const std::string& path, int root_fd);
  [[nodiscard]] std::shared_ptr<Module> get(const BuildId& id);
  /// Keeps a module made elsewhere, and forgets others until all fit.
  void add(const std::shared_ptr<Module>& module);
  void touch(const std::shared_ptr<Module>& module);
  [[nodiscard]] std::size_t memory_size() const;

 private:
  void shrink();

  SymbolOptions options_;
  /// Most recently used first.
  std::list<std::shared_ptr<Module>> modules_;
};

}  // namespace bccxx::symbols
