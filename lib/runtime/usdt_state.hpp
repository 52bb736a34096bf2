#pragma once
// What a USDT object holds.

#include "symbols/binary.hpp"

#include <bccxx/runtime/usdt.hpp>

#include <memory>
#include <string>
#include <vector>

namespace bccxx {

/// A binary that has probes, held open.
struct UsdtBinary {
  symbols::Binary binary;
  std::vector<UsdtProbe> probes;
};

struct USDT::State {
  struct Enabled {
    std::shared_ptr<const UsdtBinary> binary;
    std::size_t probe = 0;
    std::string function;

    [[nodiscard]] const UsdtProbe& which() const { return binary->probes[probe]; }
  };

  UsdtTarget target;
  std::vector<std::shared_ptr<const UsdtBinary>> binaries;
  std::vector<Enabled> enabled;

  /// Every binary's probe of that name, "name" or "provider:name", for no function yet.
  ///
  /// Throws: NotFound, std::invalid_argument
  [[nodiscard]] std::vector<Enabled> find(const std::string& probe) const;
  /// "process 12", "/bin/bash", "/bin/bash of process 12".
  [[nodiscard]] std::string described() const;
  /// The only process whose hits count, or -1.
  [[nodiscard]] int pid() const noexcept { return target.scope == UsdtScope::process ? target.pid : -1; }
};

}  // namespace bccxx
