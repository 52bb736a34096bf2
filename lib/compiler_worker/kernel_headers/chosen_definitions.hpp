#pragma once
// Those rows of the table that a text needs, directly or through each other.

#include "compiler_worker/kernel_headers/definitions.hpp"
#include "compiler_worker/kernel_headers/source_facts.hpp"
#include "compiler_worker/kernel_headers/type_closure.hpp"
#include "compiler_worker/kernel_headers/type_index.hpp"

#include <string>
#include <vector>

namespace bccxx::worker {

class ChosenDefinitions {
 public:
  /// Adds to `wanted` what the chosen rows name in their turn.
  ChosenDefinitions(SourceFacts& wanted, const TakenNames& taken);

  /// The structs whose members decide whether a row holds.
  [[nodiscard]] const NameSet& asked_tags() const { return asked_tags_; }

  /// The C text: `first`, then the rows that hold on the kernel of `index`.
  [[nodiscard]] std::string write(const TypeIndex& index, const std::string& first) const;

 private:
  [[nodiscard]] bool is_chosen(const Definition& row, const SourceFacts& wanted) const;
  static bool holds(const Definition& row, const TypeIndex& index);

  const TakenNames& taken_;
  std::vector<bool> chosen_;
  NameSet asked_tags_;
};

}  // namespace bccxx::worker
