#pragma once
// Loading one program of an object with maps that exist already.

#include "runtime/module.hpp"

#include <bccxx/object/object.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <functional>
#include <string>

namespace bccxx::runtime {

/// Finds the existing map of a name; null when there is none.
using FindMap = std::function<MapPtr(const std::string&)>;

/// Throws: NotFound with the nearest names when the object has no such program
BCCXX_API void require_program(const object::Object& object, const std::string& name);

/// Verifies and loads the program `name`.
///
/// Throws: NotFound, VerifierError, LoadError
[[nodiscard]] Program load_program(const object::Object& object, const std::string& name, const ProgramLoad& how,
                                   const FindMap& find_map);

}  // namespace bccxx::runtime
