#pragma once
// All maps of one object: created, opened from pins, or taken from other objects.

#include <bccxx/object/object.hpp>
#include <bccxx/tables/map.hpp>

#include <string>
#include <vector>

namespace bccxx::runtime {

struct MadeMap {
  MapPtr map;
  bool existed = false;  ///< pinned before, or another object's
};

/// Makes every map an object declares, in the order of the object.
///
/// `space` is the namespace of BPF_TABLE_SHARED. A pinned map is opened where its pin exists and created and pinned
/// where it does not; every check comes before anything is made.
///
/// Throws: LoadError when the kernel refuses a map, SystemError for pins that cannot be opened or made, TypeMismatch
///         when a pinned or borrowed map has another shape, NotFound for an extern map nobody offers
[[nodiscard]] std::vector<MadeMap> make_maps(const object::Object& object, const std::string& space);

}  // namespace bccxx::runtime
