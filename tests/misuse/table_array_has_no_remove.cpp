// An index of an array is always there.
// error: no member named .+remove
#include <bccxx/tables/array.hpp>

#include <cstdint>

void forget(const bccxx::ArrayTable<std::uint64_t>& table) {
#ifdef MISUSE
  table.remove(1);
#else
  table.update(1, 0);
#endif
}
