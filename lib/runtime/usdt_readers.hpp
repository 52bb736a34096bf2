#pragma once
// The C functions that libbcc calls for bpf_usdt_readarg, one for each argument a function of the text may read.

#include <bccxx/runtime/usdt.hpp>
#include <bccxx/support/export.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bccxx::runtime {

/// Places whose arguments are in the same places share one way of reading; a function that is to run at others too is
/// told by the cookie of its attachment which way it is.
class BCCXX_API UsdtReaders {
 public:
  explicit UsdtReaders(const std::vector<USDT>& contexts);

  /// Returns: an empty text when no probe is enabled
  [[nodiscard]] std::string text() const;
  /// The cookie to attach with; 0 where a function knows but one way.
  [[nodiscard]] std::uint64_t cookie(const std::string& function, const UsdtLocation& location) const;

 private:
  /// The C that reads each argument.
  using Way = std::vector<std::string>;
  static Way way_of(const UsdtLocation& location);
  static std::string reader(const std::string& function, std::size_t argument, const std::vector<Way>& ways);

  std::map<std::string, std::vector<Way>> functions_;
};

/// Whether a text reads arguments of USDT probes at all.
[[nodiscard]] BCCXX_API bool reads_usdt_arguments(const std::string& text);

}  // namespace bccxx::runtime
