// Maps at once, programs on demand, both from the same bytes.

#include "runtime/module.hpp"

#include "runtime/map_set.hpp"
#include "runtime/program_loader.hpp"
#include "support/nearest_names.hpp"

#include <bccxx/support/error.hpp>

#include <mutex>
#include <tuple>
#include <utility>

namespace bccxx::runtime {
namespace {

/// A program as loaded: the object is kept so that its bytes keep their address, which tells variants apart.
struct Loaded {
  std::string name;
  ProgramLoad how;
  object::Object object;
  std::shared_ptr<const Program> program;

  [[nodiscard]] bool is(const std::string& wanted, const ProgramLoad& wanted_how, const object::Object& from) const {
    return name == wanted && how == wanted_how && object.bytes().data() == from.bytes().data();
  }
};

}  // namespace

struct Module::State {
  State(object::Object of, std::vector<MadeMap> made) : object(std::move(of)), maps(std::move(made)) {}

  object::Object object;
  std::vector<MadeMap> maps;
  std::mutex mutex;
  std::vector<Loaded> programs;

  [[nodiscard]] const MadeMap* find(const std::string& name) const {
    for (const auto& made : maps) {
      if (made.map->name() == name) return &made;
    }
    return nullptr;
  }
  [[nodiscard]] const MadeMap& get(const std::string& name) const {
    if (const auto* made = find(name)) return *made;
    std::vector<std::string> names;
    for (const auto& made : maps) names.push_back(made.map->name());
    throw NotFound("table", name, support::nearest_or_all(name, names));
  }
};

Module::Module(object::Object object, const ModuleOptions& options) {
  auto maps = make_maps(object, options.maps_namespace);
  state_ = std::make_unique<State>(std::move(object), std::move(maps));
}
Module::~Module() = default;

const object::Object& Module::object() const noexcept { return state_->object; }

std::vector<std::string> Module::map_names() const {
  std::vector<std::string> names;
  for (const auto& made : state_->maps) names.push_back(made.map->name());
  return names;
}

MapPtr Module::map(const std::string& name) const { return state_->get(name).map; }

bool Module::map_existed(const std::string& name) const { return state_->get(name).existed; }

std::shared_ptr<const Program> Module::load(const std::string& name, const ProgramLoad& how,
                                            const object::Object* variant) {
  const auto& from = variant == nullptr ? state_->object : *variant;
  const std::lock_guard lock(state_->mutex);
  for (const auto& loaded : state_->programs) {
    if (loaded.is(name, how, from)) return loaded.program;
  }
  const auto find = [this](const std::string& map) {
    const auto* made = state_->find(map);
    return made == nullptr ? nullptr : made->map;
  };
  auto program = std::make_shared<const Program>(load_program(from, name, how, find));
  state_->programs.push_back({name, how, from, program});
  return program;
}

void Module::unload(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->programs, [&name](const Loaded& loaded) { return loaded.name == name; });
}

}  // namespace bccxx::runtime
