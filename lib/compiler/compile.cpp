// The public face of the layer: bytes become an Object, and a cached one that is no object is compiled again.

#include <bccxx/compiler/compile.hpp>

#include "compiler/fetch.hpp"

#include <bccxx/support/error.hpp>

#include <utility>

namespace bccxx::compiler {

Result compile(const Request& request, const Worker& worker, const Cache& cache) {
  auto fetched = fetch(request, worker, cache);
  if (fetched.origin == Origin::cached) {
    try {
      return {object::Object::parse(std::move(fetched.object)), Origin::cached, {}, std::move(fetched.log)};
    } catch (const Error& error) {
      fetched = fetch_anew(request, worker, cache);
      fetched.cache_note = error.what();
    }
  }
  return {object::Object::parse(std::move(fetched.object)), fetched.origin, std::move(fetched.cache_note),
          std::move(fetched.log)};
}

}  // namespace bccxx::compiler
