// Plans and builds the small BTF.
#include "compiler_worker/kernel_headers/small_btf.hpp"

#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace bccxx::worker {
namespace {

constexpr std::uint32_t bits_per_byte = 8;
constexpr std::uint32_t word_size = 8;

constexpr std::uint32_t round_up(std::uint32_t value, std::uint32_t unit) { return (value + unit - 1) / unit * unit; }

bool is_signed_enum(const btf_type* type) { return btf_kflag(type); }

}  // namespace

SmallBtf::SmallBtf(const TypeClosure& closure) : closure_(closure), index_(closure.index()) {
  for (const TypeId root : closure.roots()) {
    const btf_type* type = index_.type(root);
    if (btf_is_any_enum(type)) {
      const std::string_view tag = index_.name(type->name_off);
      refer_enum(root, !tag.empty() && closure_.taken().tags.count(tag) == 0);
    } else {
      refer(root, true);
    }
    fill_pending();
  }
}

TypeId SmallBtf::plan(PlannedType type) {
  planned_.push_back(std::move(type));
  return static_cast<TypeId>(planned_.size());
}

/// The small BTF's id for a type of the kernel's. Pointers are followed or become void *.
TypeId SmallBtf::refer(TypeId id, bool follow) {
  if (id == 0) return 0;
  const btf_type* type = index_.type(id);
  const std::uint16_t kind = btf_kind(type);
  if (btf_is_composite(type)) return refer_composite(id);
  if (btf_is_any_enum(type)) return refer_enum(id, true);
  if (btf_is_fwd(type)) return refer_forward(index_.name(type->name_off), btf_kflag(type));
  if (kind == BTF_KIND_PTR && !follow) return void_pointer();
  if (kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG) return refer(type->type, follow);
  const std::string_view name = index_.name(type->name_off);
  if (kind == BTF_KIND_TYPEDEF && closure_.taken().names.count(name) != 0) return refer(type->type, follow);

  follow = follow || kind == BTF_KIND_TYPEDEF;
  const std::uint64_t key = std::uint64_t{id} * 2 + (follow ? 1 : 0);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const TypeId result = refer_plain(type, follow);
  known_.emplace(key, result);
  return result;
}

/// Types without a tag.
TypeId SmallBtf::refer_plain(const btf_type* type, bool follow) {
  const std::uint16_t kind = btf_kind(type);
  const std::string name(index_.name(type->name_off));
  switch (kind) {
    case BTF_KIND_INT:
      return plan({.kind = kind, .name = name, .size = type->size, .detail = btf_int_encoding(type)});
    case BTF_KIND_FLOAT:
      return plan({.kind = kind, .name = name, .size = type->size});
    case BTF_KIND_ARRAY: {
      const TypeId element = refer(btf_array(type)->type, follow);
      return plan({.kind = kind, .type = element, .size = btf_array(type)->nelems});
    }
    case BTF_KIND_FUNC_PROTO:
      return refer_prototype(type);
    default: {  // pointers, typedefs, const and volatile
      const TypeId target = refer(type->type, follow);
      const TypeId result = plan({.kind = kind, .name = name, .type = target});
      if (kind == BTF_KIND_TYPEDEF) definitions_.push_back(result);
      return result;
    }
  }
}

TypeId SmallBtf::refer_composite(TypeId id) {
  const btf_type* type = index_.type(id);
  const std::string_view tag = index_.name(type->name_off);
  if (!closure_.is_whole(id)) {
    const TypeId same_name = closure_.whole_composite(tag);
    if (same_name == 0) return refer_forward(tag, btf_is_union(type));
    id = same_name;
    type = index_.type(id);
  }
  const auto [at, is_new] = known_.emplace(std::uint64_t{id} * 2, 0);
  if (is_new) {
    at->second = plan({.kind = btf_kind(type), .name = std::string(tag), .size = type->size});
    if (!tag.empty()) definitions_.push_back(at->second);
    pending_.emplace_back(id, at->second);
  }
  return at->second;
}

TypeId SmallBtf::refer_forward(std::string_view tag, bool is_union) {
  if (tag.empty()) return 0;
  if (const TypeId whole = closure_.whole_composite(tag); whole != 0) return refer_composite(whole);
  const auto [at, is_new] = synthetic_.emplace((is_union ? "union " : "struct ") + std::string(tag), 0);
  if (is_new) {
    at->second = plan({.kind = BTF_KIND_FWD,
                       .name = std::string(tag),
                       .detail = is_union ? int{BTF_FWD_UNION} : int{BTF_FWD_STRUCT}});
  }
  return at->second;
}

TypeId SmallBtf::refer_enum(TypeId id, bool all) {
  const btf_type* type = index_.type(id);
  const std::string_view tag = index_.name(type->name_off);
  const bool taken = !tag.empty() && closure_.taken().tags.count(tag) != 0;
  if (taken && all) return plain_int(type->size);
  const auto [at, is_new] = known_.emplace(std::uint64_t{id} * 2, 0);
  if (!is_new) return at->second;
  PlannedType planned{.kind = btf_kind(type),
                      .name = taken ? std::string() : std::string(tag),
                      .size = type->size,
                      .detail = is_signed_enum(type) ? 1 : 0};
  add_enumerators(type, planned, all && !tag.empty());
  if (planned.enumerators.empty()) {
    at->second = plain_int(type->size);
  } else {
    at->second = plan(std::move(planned));
    definitions_.push_back(at->second);
  }
  return at->second;
}

void SmallBtf::add_enumerators(const btf_type* from, PlannedType& to, bool all) {
  const auto add_one = [&](std::uint32_t name_off, std::uint64_t value) {
    const std::string_view name = index_.name(name_off);
    if (!all && !index_.is_wanted(name_off)) return;
    if (closure_.taken().names.count(name) != 0 || !emitted_enumerators_.insert(name).second) return;
    to.enumerators.emplace_back(name, value);
  };
  for (int i = 0; i < btf_vlen(from); ++i) {
    if (btf_is_enum64(from)) {
      add_one(btf_enum64(from)[i].name_off, btf_enum64_value(btf_enum64(from) + i));
    } else {
      const auto& enumerator = btf_enum(from)[i];
      add_one(enumerator.name_off, is_signed_enum(from) ? static_cast<std::uint64_t>(std::int64_t{enumerator.val})
                                                        : std::uint64_t{static_cast<std::uint32_t>(enumerator.val)});
    }
  }
}

TypeId SmallBtf::refer_prototype(const btf_type* type) {
  PlannedType planned{.kind = BTF_KIND_FUNC_PROTO, .type = refer(type->type, true)};
  for (int i = 0; i < btf_vlen(type); ++i) {
    const btf_param& parameter = btf_params(type)[i];
    planned.members.push_back({std::string(index_.name(parameter.name_off)), refer(parameter.type, true)});
  }
  return plan(std::move(planned));
}

TypeId SmallBtf::plain_int(std::uint32_t size) {
  const char* name = size == 1 ? "unsigned char" : size == 2 ? "unsigned short" : size == 4 ? "unsigned int" : nullptr;
  if (name == nullptr) name = "unsigned long";
  const auto [at, is_new] = synthetic_.emplace(name, 0);
  if (is_new) at->second = plan({.kind = BTF_KIND_INT, .name = name, .size = size});
  return at->second;
}

TypeId SmallBtf::void_pointer() {
  const auto [at, is_new] = synthetic_.emplace("void *", 0);
  if (is_new) at->second = plan({.kind = BTF_KIND_PTR});
  return at->second;
}

/// Bytes of no type, aligned as well as their number allows.
TypeId SmallBtf::opaque(std::uint32_t size) {
  const auto [at, is_new] = synthetic_.emplace("opaque " + std::to_string(size), 0);
  if (is_new) {
    const std::uint32_t unit = size % word_size == 0 ? word_size : size % 4 == 0 ? 4 : 1;
    const TypeId element = plain_int(unit);
    at->second = plan({.kind = BTF_KIND_ARRAY, .type = element, .size = size / unit});
  }
  return at->second;
}

void SmallBtf::fill_pending() {
  while (!pending_.empty()) {
    const auto [from, to] = pending_.back();
    pending_.pop_back();
    fill_composite(from, to);
  }
}

void SmallBtf::fill_composite(TypeId from, TypeId to) {
  const btf_type* type = index_.type(from);
  const bool thinned = closure_.is_thinned(type);
  PlannedType filled = planned_[to - 1];
  std::uint32_t cursor = 0;
  for (int i = 0; i < btf_vlen(type); ++i) {
    const btf_member& member = btf_members(type)[i];
    if (!closure_.keeps(type, member)) continue;
    const std::uint32_t offset = btf_member_bit_offset(type, static_cast<std::uint32_t>(i));
    if (thinned && btf_is_struct(type)) add_gap(filled, cursor, offset);
    cursor = bit_end(type, i);
    const TypeId member_type = closure_.is_taken_by_value(member.type)
                                   ? opaque((cursor - offset) / bits_per_byte)
                                   : refer(member.type, index_.is_wanted(member.name_off));
    filled.members.push_back({std::string(index_.name(member.name_off)), member_type, offset,
                              btf_member_bitfield_size(type, static_cast<std::uint32_t>(i))});
  }
  if (thinned) add_gap(filled, btf_is_struct(type) ? cursor : 0, type->size * bits_per_byte);
  planned_[to - 1] = std::move(filled);
}

/// Where a member ends, in bits from the start of the struct or union.
std::uint32_t SmallBtf::bit_end(const btf_type* composite, int index) const {
  const auto i = static_cast<std::uint32_t>(index);
  const std::uint32_t offset = btf_member_bit_offset(composite, i);
  const std::uint32_t bits = btf_member_bitfield_size(composite, i);
  if (bits != 0) return offset + bits;
  const auto size = btf__resolve_size(index_.types(), btf_members(composite)[index].type);
  return offset + static_cast<std::uint32_t>(std::max<decltype(size)>(size, 0)) * bits_per_byte;
}

/// Covers the whole bytes between two bit offsets, as far as possible by words.
void SmallBtf::add_gap(PlannedType& to, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t last = end / bits_per_byte;
  std::uint32_t at = round_up(begin, bits_per_byte) / bits_per_byte;
  const auto cover = [&](std::uint32_t until) {
    if (at >= until) return;
    const TypeId type = opaque(until - at);
    to.members.push_back({"bccxx_gap" + std::to_string(to.members.size()), type, at * bits_per_byte});
    at = until;
  };
  cover(std::min(round_up(at, word_size), last));
  if (at < last) cover(at + (last - at) / word_size * word_size);
  cover(last);
}

std::vector<TypeId> SmallBtf::definitions() const { return definitions_; }

BtfPointer SmallBtf::build() const {
  const support::LibbpfLog log;
  BtfPointer types(btf__new_empty());
  if (!types) support::fail(errno, "create", "BTF");
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    const int id = support::check_libbpf(add_type(types.get(), planned_[i]), "add to BTF", planned_[i].name);
    if (static_cast<std::size_t>(id) != i + 1) throw std::logic_error("type ids out of step");
  }
  return types;
}

}  // namespace bccxx::worker
