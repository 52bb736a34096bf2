#pragma once
// Adds file, line and inlined functions to frames, and remembers them.

#include "symbols/dwarf_worker.hpp"

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace bccxx::symbols {

class BCCXX_API SourceLines {
 public:
  /// A file with DWARF; `key` tells it from all others. Each that the worker does not survive costs seconds: after a
  /// few of them only those whose origin is trusted are read.
  struct File {
    std::uint64_t key = 0;
    int fd = -1;
    NameOrigin origin = NameOrigin::anybody;
  };
  static constexpr std::size_t most_harmful_files = 4;
  /// A frame by its place among the others, and its address in the file.
  struct Wanted {
    std::size_t frame = 0;
    std::uint64_t address = 0;
  };
  /// A binary of the ordinary kind gives a few hundred bytes for an address, a hostile one a megabyte.
  static constexpr std::size_t most_given_bytes = std::size_t{256} << 20;

  explicit SourceLines(std::size_t most_bytes = most_given_bytes) : most_bytes_(most_bytes) {}

  /// Once what a file gives has come to an enormous size, the rest of the frames is left as it is.
  void complete(const File& file, std::span<const Wanted> wanted, std::span<Frame> frames);

 private:
  /// Learns what is not known yet. Says whether the worker survived it.
  [[nodiscard]] bool ask(const File& file, std::span<const Wanted> wanted);
  /// Says how many bytes were added.
  std::size_t fill(const File& file, std::span<const Wanted> wanted, std::span<Frame> frames);

  std::size_t most_bytes_;
  DwarfWorker worker_;
  /// By file and address in it.
  std::map<std::pair<std::uint64_t, std::uint64_t>, SourcePlace> known_;
  std::size_t known_bytes_ = 0;
  /// Files whose DWARF the worker did not survive.
  std::set<std::uint64_t> harmful_;
};

}  // namespace bccxx::symbols
