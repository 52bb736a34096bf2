#pragma once
// Names of code made at run time, from the /tmp/perf-PID.map a language's runtime writes.

#include <bccxx/support/export.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API PerfMap {
 public:
  struct Entry {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    std::uint32_t name_offset = 0;
    std::uint32_t name_size = 0;
  };

  /// One line, "START SIZE NAME" in hexadecimal; anything else is passed over.
  void add_line(std::string_view line);
  /// To be called after the last line. Where two overlap, the one written later is right.
  void finish();

  [[nodiscard]] const Entry* find(std::uint64_t address) const noexcept;
  [[nodiscard]] std::string_view name(const Entry& entry) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t memory_size() const noexcept;

 private:
  std::vector<Entry> entries_;
  std::string names_;
};

/// Reads at most `most_bytes` of a perf map.
[[nodiscard]] BCCXX_API PerfMap read_perf_map(int fd, std::uint64_t most_bytes);

}  // namespace bccxx::symbols
