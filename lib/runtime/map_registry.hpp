#pragma once
// Maps that the objects of one process lend each other by name.

#include <bccxx/tables/map.hpp>

#include <string>
#include <vector>

namespace bccxx::runtime {

/// Offers a map under a name for as long as somebody holds it. The first living map of a name stays.
///
/// `space` is empty for BPF_TABLE_PUBLIC, the namespace of the object for BPF_TABLE_SHARED.
/// Threads: safe
void offer_map(const std::string& space, const std::string& name, const MapPtr& map);

/// The living map of that name in `space`, else among the public ones, else null.
///
/// Threads: safe
[[nodiscard]] MapPtr find_offered_map(const std::string& space, const std::string& name);

/// The names that could be found now, for error messages.
[[nodiscard]] std::vector<std::string> offered_maps();

}  // namespace bccxx::runtime
