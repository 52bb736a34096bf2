// One pass over the strings of a BTF and one over its types.
#include "compiler_worker/kernel_headers/type_index.hpp"

#include "support/system_call.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bccxx::worker {
namespace {

/// Tells most strings that are not in a set from those that may be, by their length and ends.
class Sieve {
 public:
  explicit Sieve(const NameSet& names) {
    for (const std::string_view name : names) slots_.set(slot(name));
  }
  [[nodiscard]] bool may_hold(std::string_view name) const { return slots_.test(slot(name)); }

 private:
  static constexpr std::size_t slot_count = std::size_t{1} << 16U;

  static std::size_t slot(std::string_view name) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i])); };
    return ((name.size() * 31 + at(0)) * 131 + at(name.size() / 2) * 37 + at(name.size() - 1)) % slot_count;
  }

  std::bitset<slot_count> slots_;
};

struct Strings {
  const char* text;
  std::uint32_t first;  ///< the offset of the first among all
  std::uint32_t size;
};

Strings strings_of(const btf* types, std::uint32_t first) {
  std::uint32_t size = 0;
  const auto* raw = static_cast<const char*>(btf__raw_data(types, &size));
  if (raw == nullptr) support::fail(errno, "read", "BTF strings");
  btf_header header;
  std::memcpy(&header, raw, sizeof(header));
  return {raw + header.hdr_len + header.str_off, first, header.str_len};
}

}  // namespace

TypeIndex::TypeIndex(const btf* types, const NameSet& names, const NameSet& tags, const NameSet& known_tags)
    : types_(types) {
  mark_strings(names, tags, known_tags);
  search_types();
}

void TypeIndex::mark_strings(const NameSet& names, const NameSet& tags, const NameSet& known_tags) {
  const std::array<std::pair<const NameSet&, std::uint8_t>, 3> sets{
      {{names, name_mark}, {tags, tag_mark}, {known_tags, known_mark}}};
  const std::array<Sieve, 3> sieves{Sieve(names), Sieve(tags), Sieve(known_tags)};
  const auto mark = [&](const Strings& strings) {
    marks_.resize(strings.first + strings.size, 0);
    for (std::uint32_t at = 0; at < strings.size;) {
      const std::string_view string(strings.text + at);
      for (std::size_t i = 0; i < sets.size() && !string.empty(); ++i) {
        const auto& [set, bit] = sets[i];
        if (sieves[i].may_hold(string) && set.count(string) != 0) marks_[strings.first + at] |= bit;
      }
      at += static_cast<std::uint32_t>(string.size()) + 1;
    }
  };
  // The strings of a module's BTF are counted on from those of its kernel's.
  std::uint32_t first = 0;
  if (const btf* kernel = btf__base_btf(types_)) {
    const auto strings = strings_of(kernel, 0);
    mark(strings);
    first = strings.size;
  }
  mark(strings_of(types_, first));
}

void TypeIndex::search_types() {
  const TypeId count = btf__type_cnt(types_);
  for (TypeId id = 1; id < count; ++id) {
    const btf_type* type = this->type(id);
    const std::uint8_t mark = marks_[type->name_off];
    switch (btf_kind(type)) {
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        if ((mark & (tag_mark | known_mark)) == 0) break;
        if ((mark & tag_mark) != 0) named_types_.push_back(id);
        composites_.emplace(name(type->name_off), id);
        break;
      case BTF_KIND_TYPEDEF:
        if ((mark & name_mark) != 0) named_types_.push_back(id);
        break;
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        if ((mark & tag_mark) != 0) named_types_.push_back(id);
        if (note_enumerators(type)) enums_.push_back(id);
        break;
      default:
        break;
    }
  }
}

bool TypeIndex::note_enumerators(const btf_type* type) {
  bool found = false;
  const auto note = [&](const auto* enumerator) {
    for (int i = 0; i < btf_vlen(type); ++i, ++enumerator) {
      if (!is_wanted(enumerator->name_off)) continue;
      enumerators_.insert(name(enumerator->name_off));
      found = true;
    }
  };
  if (btf_is_enum64(type)) {
    note(btf_enum64(type));
  } else {
    note(btf_enum(type));
  }
  return found;
}

TypeId TypeIndex::composite(std::string_view tag) const {
  const auto found = composites_.find(tag);
  return found == composites_.end() ? 0 : found->second;
}

bool TypeIndex::has_member(TypeId id, std::string_view member) const {
  const btf_type* type = this->type(id);
  if (type == nullptr || !btf_is_composite(type)) return false;
  const btf_member* members = btf_members(type);
  return std::any_of(members, members + btf_vlen(type), [&](const btf_member& candidate) {
    return candidate.name_off == 0 ? has_member(candidate.type, member) : name(candidate.name_off) == member;
  });
}

NameSet TypeIndex::lacking(const NameSet& tags) const {
  NameSet lacking = tags;
  for (const TypeId id : named_types_) {
    if (!btf_is_typedef(type(id))) lacking.erase(name(type(id)->name_off));
  }
  return lacking;
}

}  // namespace bccxx::worker
