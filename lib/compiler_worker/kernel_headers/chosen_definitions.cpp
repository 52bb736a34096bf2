// Chooses rows until no chosen row names another.
#include "compiler_worker/kernel_headers/chosen_definitions.hpp"

#include <cstddef>

namespace bccxx::worker {

ChosenDefinitions::ChosenDefinitions(SourceFacts& wanted, const TakenNames& taken) : taken_(taken) {
  const std::vector<Definition>& table = kernel_definitions();
  // libbcc's own headers use these.
  for (const std::string_view name : {"PAGE_SIZE", "roundup_pow_of_two", "KERNEL_VERSION"}) {
    wanted.identifiers.insert(name);
  }
  chosen_.assign(table.size(), false);
  const bool composes_names = wanted.composes_names;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (chosen_[i] || !is_chosen(table[i], wanted)) continue;
      chosen_[i] = grew = true;
      if (!table[i].tag.empty()) asked_tags_.insert(table[i].tag);
      SourceFacts row;
      read_source(table[i].text, row);
      wanted.identifiers.merge(row.identifiers);
      wanted.tags.merge(row.tags);
      wanted.used_members.merge(row.used_members);
    }
  }
  wanted.composes_names = composes_names;
}

bool ChosenDefinitions::is_chosen(const Definition& row, const SourceFacts& wanted) const {
  if (wanted.identifiers.count(row.name) == 0) return false;
  const bool own_macro = wanted.defined_macros.count(row.name) != 0 && wanted.undefined_macros.count(row.name) == 0;
  if (own_macro || taken_.names.count(row.name) != 0) return false;
  // A struct of the text's own may have a member of that name.
  const bool is_member = row.kind == Definition::Kind::member || row.name == "d_iname";
  return !is_member || (wanted.used_members.count(row.name) != 0 && wanted.declared.count(row.name) == 0);
}

bool ChosenDefinitions::holds(const Definition& row, const TypeIndex& index) {
  if (row.kind == Definition::Kind::macro && index.has_enumerator(row.name)) return false;
  if (row.tag.empty()) return true;
  const TypeId tag = index.composite(row.tag);
  return tag != 0 && index.has_member(tag, row.needed_member) != row.absent;
}

std::string ChosenDefinitions::write(const TypeIndex& index, const std::string& first) const {
  const std::vector<Definition>& table = kernel_definitions();
  std::string result = first;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (chosen_[i] && holds(table[i], index)) result += table[i].text;
  }
  return result;
}

}  // namespace bccxx::worker
