// What operator[] gives is a copy: assigning to it would change nothing in the kernel.
// error: passing .+const Value.+discards qualifiers|no viable overloaded|no match for
#include <bccxx/tables/hash.hpp>

#include <cstdint>

struct Value {
  std::uint64_t count;
};

void set(const bccxx::HashTable<std::uint32_t, Value>& table) {
#ifdef MISUSE
  table[1] = Value{2};
#else
  table.update(1, Value{2});
#endif
}
