#pragma once
// Pins: names for maps on a BPF file system.

#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <string>
#include <vector>

namespace bccxx::detail {

/// Throws: SystemError when `path` would not lie on a BPF file system; nothing has been made then
BCCXX_API void check_pin_place(const std::string& path);

/// The map pinned at `path`, or null when nothing is there; `declared` is what an object says of its types.
///
/// Throws: TypeMismatch when a program or a link is pinned there, SystemError with the errno of bpf(2)
[[nodiscard]] BCCXX_API MapPtr open_pin(const std::string& path, const std::string& name,
                                        const DeclaredTypes& declared);
[[nodiscard]] BCCXX_API MapPtr open_pin(const std::string& path, const std::string& name);

/// Pins made by one owner, all or none: those not kept are removed again, directories included.
class BCCXX_API NewPins {
 public:
  NewPins() = default;
  NewPins(const NewPins&) = delete;
  NewPins& operator=(const NewPins&) = delete;
  ~NewPins();

  /// Makes the missing directories, for their owner alone, and the pin.
  ///
  /// Returns: false when something is pinned there
  /// Throws:  SystemError
  [[nodiscard]] bool add(const Map& map, const std::string& path);
  /// Whether the pin at `path` is one of these.
  [[nodiscard]] bool made(const std::string& path) const;
  void keep() noexcept { made_.clear(); }

 private:
  /// Returns: 0, or -ENOENT when one of them went again
  int make_directories(const std::string& path);

  std::vector<std::string> made_;
};

}  // namespace bccxx::detail
