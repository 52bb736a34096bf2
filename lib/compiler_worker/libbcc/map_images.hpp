#pragma once
// The maps of a text as they go into its object.

#include "object/image.hpp"

#include <bcc/bpf_module.h>
#include <bcc/table_storage.h>
#include <bpf/btf.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::worker {

struct MapImages {
  std::vector<object::MapImage> images;
  std::vector<int> stand_ins;  ///< of each, the number libbcc takes for its descriptor

  /// The map of that name, or of that stand-in.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const;
  [[nodiscard]] std::optional<std::size_t> find(int stand_in) const;
};

/// Makes libbcc know the tables that the text takes from another object, which it wants to have seen before.
///
/// Returns: their names
[[nodiscard]] std::vector<std::string> declare_external_tables(const std::string& text, ebpf::TableStorage& tables);

/// `external` is what declare_external_tables returned; `types` may be null.
///
/// Throws: TextProblem
[[nodiscard]] MapImages make_map_images(ebpf::BPFModule& module, ebpf::TableStorage& tables, const std::string& text,
                                        const std::vector<std::string>& external, const btf* types);

}  // namespace bccxx::worker
