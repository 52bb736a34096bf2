#pragma once
// Lines out of a stream that arrives in blocks, with no line longer than what was allowed.

#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bccxx::symbols {

/// Cuts a stream into lines, passing over any longer than `longest`.
class BCCXX_API LineSplitter {
 public:
  LineSplitter(std::size_t longest, std::function<void(std::string_view)> line)
      : longest_(longest), line_(std::move(line)) {}
  void add(std::string_view block);
  /// What follows the last newline counts as a line too.
  void finish();

 private:
  std::size_t longest_;
  std::function<void(std::string_view)> line_;
  std::string rest_;
  bool skipping_ = false;
};

/// Gives each line of a descriptor to `take` until it gives false, reading at most `most_bytes`. Says whether it could
/// be read; errno says why not.
[[nodiscard]] BCCXX_API bool read_lines(int fd, std::size_t longest, const std::function<bool(std::string_view)>& take,
                                        std::uint64_t most_bytes = UINT64_MAX);

}  // namespace bccxx::symbols
