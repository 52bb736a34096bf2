// Functions of one name may be several: static ones of different files, or of different modules.

#include "runtime/function_name.hpp"

#include "symbols/kernel_functions.hpp"

namespace bccxx::runtime {

std::vector<std::string> places_of_function(std::string_view name) {
  std::vector<std::string> places;
  symbols::for_each_kernel_symbol([&](const symbols::KallsymsLine& line) {
    if (line.is_function() && line.name == name) places.emplace_back(line.module);
    return true;
  });
  return places;
}

}  // namespace bccxx::runtime
