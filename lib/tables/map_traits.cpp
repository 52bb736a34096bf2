// What to say of a map that cannot be read.

#include "tables/map_traits.hpp"

#include "support/kernel_release.hpp"

#include <bccxx/support/error.hpp>

namespace bccxx::detail {

void require_keys(const Map& map) {
  if (gives_keys(map.kind())) return;
  throw NotSupported("listing what is in " + to_string(map.kind()) + " " + map.name(),
                     "a kind of map whose keys the kernel lists", support::kernel_release());
}

void require_values(const Map& map) {
  if (gives_values(map)) return;
  throw NotSupported("reading the values of " + to_string(map.kind()) + " " + map.name(),
                     "a kind of map whose values the kernel gives", support::kernel_release());
}

}  // namespace bccxx::detail
