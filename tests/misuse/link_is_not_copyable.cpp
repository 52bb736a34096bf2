// A link has one owner.
// error: use of deleted function|deleted constructor|copy constructor
#include <bccxx/runtime/link.hpp>

#include <utility>

bccxx::Link take(bccxx::Link& link) {
#ifdef MISUSE
  return link;
#else
  return std::move(link);
#endif
}
