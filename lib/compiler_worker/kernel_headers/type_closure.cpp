// The closure: from the types a text names to everything their members need.
#include "compiler_worker/kernel_headers/type_closure.hpp"

#include <algorithm>

namespace bccxx::worker {
namespace {

/// Up to this size a type is emitted with all its members, so that it can be a table's value, or initialised in order.
/// The stack of a BPF program holds no more.
constexpr std::uint32_t largest_untouched_size = 512;

}  // namespace

TypeClosure::TypeClosure(const TypeIndex& index, const TakenNames& taken, Members members)
    : index_(index), taken_(taken), members_(members), whole_(btf__type_cnt(index.types()), false) {
  choose_roots();
  for (const TypeId root : roots_) need(root, true);
  while (!pending_.empty()) {
    const TypeId id = pending_.back();
    pending_.pop_back();
    need_members(index_.type(id));
  }
}

void TypeClosure::choose_roots() {
  std::unordered_map<std::string_view, std::size_t> chosen;
  for (const TypeId id : index_.named_types()) {
    const btf_type* type = index_.type(id);
    const std::string_view name = index_.name(type->name_off);
    const bool is_typedef = btf_is_typedef(type);
    if ((is_typedef ? taken_.names : taken_.tags).count(name) != 0) continue;
    if (!btf_is_composite(type)) {
      roots_.push_back(id);
      continue;
    }
    // A kernel may have several structs of one name, each local to a source file.
    const auto [at, is_first] = chosen.emplace(name, roots_.size());
    if (is_first) {
      roots_.push_back(id);
    } else if (wanted_members(id) > wanted_members(roots_[at->second])) {
      roots_[at->second] = id;
    }
  }
  roots_.insert(roots_.end(), index_.enums().begin(), index_.enums().end());
  std::sort(roots_.begin(), roots_.end());
  roots_.erase(std::unique(roots_.begin(), roots_.end()), roots_.end());
}

int TypeClosure::wanted_members(TypeId id) const {
  const btf_type* type = index_.type(id);
  const btf_member* members = btf_members(type);
  return static_cast<int>(std::count_if(members, members + btf_vlen(type),
                                        [&](const btf_member& member) { return index_.is_wanted(member.name_off); }));
}

TypeId TypeClosure::whole_composite(std::string_view tag) const {
  const auto found = whole_by_tag_.find(tag);
  return found == whole_by_tag_.end() ? 0 : found->second;
}

bool TypeClosure::is_thinned(const btf_type* composite) const {
  return members_ == Members::needed && composite->size > largest_untouched_size;
}

bool TypeClosure::keeps(const btf_type* composite, const btf_member& member) const {
  if (!is_thinned(composite)) return true;
  return member.name_off == 0 ? names_member_of(member.type) : index_.is_wanted(member.name_off);
}

bool TypeClosure::names_member_of(TypeId id) const {
  const btf_type* type = index_.type(id);
  if (!btf_is_composite(type)) return false;
  const btf_member* members = btf_members(type);
  return std::any_of(members, members + btf_vlen(type), [&](const btf_member& member) {
    return member.name_off == 0 ? names_member_of(member.type) : index_.is_wanted(member.name_off);
  });
}

bool TypeClosure::is_taken_by_value(TypeId id) const {
  for (;;) {
    const btf_type* type = index_.type(id);
    if (btf_is_array(type)) {
      id = btf_array(type)->type;
    } else if (btf_is_mod(type) || btf_is_typedef(type)) {
      id = type->type;
    } else {
      const bool has_tag = btf_is_composite(type) || btf_is_any_enum(type);
      return has_tag && taken_.tags.count(index_.name(type->name_off)) != 0;
    }
  }
}

/// Follows a member's or root's type to the struct it needs; a pointer ends the way unless `follow`.
void TypeClosure::need(TypeId id, bool follow) {
  bool through_pointer = false;
  while (id != 0) {
    const btf_type* type = index_.type(id);
    switch (btf_kind(type)) {
      case BTF_KIND_PTR:
        if (!follow) return;
        through_pointer = true;
        id = type->type;
        break;
      case BTF_KIND_ARRAY:
        id = btf_array(type)->type;
        break;
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_CONST:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        id = type->type;
        break;
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        need_whole(id);
        return;
      case BTF_KIND_FWD:
        if (through_pointer) need_whole(index_.composite(index_.name(type->name_off)));
        return;
      default:
        return;
    }
  }
}

void TypeClosure::need_whole(TypeId id) {
  if (id == 0 || whole_[id]) return;
  const std::string_view tag = index_.name(index_.type(id)->name_off);
  if (!tag.empty()) {
    if (taken_.tags.count(tag) != 0) return;
    whole_by_tag_.emplace(tag, id);
  }
  whole_[id] = true;
  pending_.push_back(id);
}

void TypeClosure::need_members(const btf_type* composite) {
  const btf_member* members = btf_members(composite);
  for (int i = 0; i < btf_vlen(composite); ++i) {
    if (keeps(composite, members[i])) need(members[i].type, index_.is_wanted(members[i].name_off));
  }
}

}  // namespace bccxx::worker
