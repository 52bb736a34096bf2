#pragma once
// One getter for each kind of table, under the names that users of bcc know.

#include <bccxx/tables/array.hpp>
#include <bccxx/tables/bloom_filter.hpp>
#include <bccxx/tables/cg_storage.hpp>
#include <bccxx/tables/cgroup_array.hpp>
#include <bccxx/tables/cgrp_storage.hpp>
#include <bccxx/tables/cpumap.hpp>
#include <bccxx/tables/devmap.hpp>
#include <bccxx/tables/devmap_hash.hpp>
#include <bccxx/tables/hash.hpp>
#include <bccxx/tables/histogram.hpp>
#include <bccxx/tables/inode_storage.hpp>
#include <bccxx/tables/lpm_trie.hpp>
#include <bccxx/tables/map.hpp>
#include <bccxx/tables/map_in_map.hpp>
#include <bccxx/tables/percpu_array.hpp>
#include <bccxx/tables/percpu_cg_storage.hpp>
#include <bccxx/tables/percpu_hash.hpp>
#include <bccxx/tables/perf_event_array.hpp>
#include <bccxx/tables/prog.hpp>
#include <bccxx/tables/queue_stack.hpp>
#include <bccxx/tables/sk_storage.hpp>
#include <bccxx/tables/sockhash.hpp>
#include <bccxx/tables/sockmap.hpp>
#include <bccxx/tables/table.hpp>
#include <bccxx/tables/task_storage.hpp>
#include <bccxx/tables/xskmap.hpp>

#include <cstdint>
#include <string>

namespace bccxx {

/// The getters of `Self`, which has get_map(name) and inner_template(name).
///
/// Each gives a handle that stays good when the BPF object has gone.
/// A struct is compared with the one that BTF says the table has, member by member. Unions, and classes with private
/// members, base classes or more than 32 members, are compared by size alone, and so is a type for which
/// bccxx::layout_is_compared is false.
/// Throws: NotFound with the nearest names, TypeMismatch when the table is of another kind or shape
/// Source: bcc get_table, and the getters of ebpf::BPF
template <class Self>
class TableGetters {
 public:
  /// The untyped table; BTF tells it how to print.
  [[nodiscard]] Table get_table(const std::string& table) const { return Table(map(table)); }
  template <class V>
  [[nodiscard]] ArrayTable<V> get_array_table(const std::string& table) const {
    return ArrayTable<V>(map(table));
  }
  template <class K, class V>
  [[nodiscard]] HashTable<K, V> get_hash_table(const std::string& table) const {
    return HashTable<K, V>(map(table));
  }
  template <class V>
  [[nodiscard]] PercpuArrayTable<V> get_percpu_array_table(const std::string& table) const {
    return PercpuArrayTable<V>(map(table));
  }
  template <class K, class V>
  [[nodiscard]] PercpuHashTable<K, V> get_percpu_hash_table(const std::string& table) const {
    return PercpuHashTable<K, V>(map(table));
  }
  template <class K = int, class V = std::uint64_t>
  [[nodiscard]] Histogram<K, V> get_histogram(const std::string& table) const {
    return Histogram<K, V>(map(table));
  }
  template <class K, class V>
  [[nodiscard]] LpmTrie<K, V> get_lpm_trie_table(const std::string& table) const {
    return LpmTrie<K, V>(map(table));
  }
  template <class V>
  [[nodiscard]] QueueStackTable<V> get_queuestack_table(const std::string& table) const {
    return QueueStackTable<V>(map(table));
  }
  /// `outer[k]` is the inner table. The template the text names is what create_inner() copies.
  template <class K, class Inner>
  [[nodiscard]] MapInMapTable<K, Inner> get_map_in_map_table(const std::string& table) const {
    return MapInMapTable<K, Inner>(map(table), self().inner_template(table));
  }
  [[nodiscard]] ProgTable get_prog_table(const std::string& table) const { return ProgTable(map(table)); }
  [[nodiscard]] PerfEventArray get_perf_event_array(const std::string& table) const {
    return PerfEventArray(map(table));
  }
  [[nodiscard]] CgroupArray get_cgroup_array(const std::string& table) const { return CgroupArray(map(table)); }
  [[nodiscard]] DevmapTable get_devmap_table(const std::string& table) const { return DevmapTable(map(table)); }
  [[nodiscard]] DevmapHashTable get_devmap_hash_table(const std::string& table) const {
    return DevmapHashTable(map(table));
  }
  [[nodiscard]] CpumapTable get_cpumap_table(const std::string& table) const { return CpumapTable(map(table)); }
  [[nodiscard]] XskmapTable get_xskmap_table(const std::string& table) const { return XskmapTable(map(table)); }
  [[nodiscard]] SockmapTable get_sockmap_table(const std::string& table) const { return SockmapTable(map(table)); }
  template <class K = std::uint32_t>
  [[nodiscard]] SockhashTable<K> get_sockhash_table(const std::string& table) const {
    return SockhashTable<K>(map(table));
  }
  template <class V>
  [[nodiscard]] SkStorageTable<V> get_sk_storage_table(const std::string& table) const {
    return SkStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] InodeStorageTable<V> get_inode_storage_table(const std::string& table) const {
    return InodeStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] TaskStorageTable<V> get_task_storage_table(const std::string& table) const {
    return TaskStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] CgrpStorageTable<V> get_cgrp_storage_table(const std::string& table) const {
    return CgrpStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] CgStorageTable<V> get_cg_storage_table(const std::string& table) const {
    return CgStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] PercpuCgStorageTable<V> get_percpu_cg_storage_table(const std::string& table) const {
    return PercpuCgStorageTable<V>(map(table));
  }
  template <class V>
  [[nodiscard]] BloomFilter<V> get_bloom_filter(const std::string& table) const {
    return BloomFilter<V>(map(table));
  }

 private:
  [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
  [[nodiscard]] MapPtr map(const std::string& table) const { return self().get_map(table); }
};

}  // namespace bccxx
