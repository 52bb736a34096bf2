// Weak references: the registry keeps no map alive.

#include "runtime/map_registry.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace bccxx::runtime {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<const Map>> maps;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

void offer_map(const std::string& space, const std::string& name, const MapPtr& map) {
  auto& known = registry();
  const std::lock_guard lock(known.mutex);
  std::erase_if(known.maps, [](const auto& entry) { return entry.second.expired(); });
  known.maps.try_emplace({space.empty() ? "" : "ns " + space, name}, map);
}

MapPtr find_offered_map(const std::string& space, const std::string& name) {
  auto& known = registry();
  const std::lock_guard lock(known.mutex);
  for (const auto& place : {space.empty() ? "" : "ns " + space, std::string()}) {
    const auto at = known.maps.find({place, name});
    if (at == known.maps.end()) continue;
    if (auto map = at->second.lock()) return map;
  }
  return nullptr;
}

std::vector<std::string> offered_maps() {
  auto& known = registry();
  const std::lock_guard lock(known.mutex);
  std::vector<std::string> names;
  for (const auto& [key, map] : known.maps) {
    if (!map.expired()) names.push_back(key.second);
  }
  return names;
}

}  // namespace bccxx::runtime
