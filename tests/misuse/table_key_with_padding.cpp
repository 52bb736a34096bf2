// Bytes that C++ leaves undefined would make equal keys differ for the kernel.
// error: this key has padding or floating-point members
#include <bccxx/tables/hash.hpp>

#include <cstdint>

struct Key {
  std::uint32_t pid;
#ifndef MISUSE
  std::uint32_t pad;
#endif
  std::uint64_t address;
};

bccxx::HashTable<Key, std::uint64_t> open(bccxx::MapPtr map) { return bccxx::HashTable<Key, std::uint64_t>(map); }
