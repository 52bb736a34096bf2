// From the kernel's bytes to JSON.

#include "tables/btf_bits.hpp"
#include "tables/btf_value.hpp"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <cstring>
#include <string_view>

namespace bccxx::detail {
namespace {

using Json = nlohmann::ordered_json;

class Decoder {
 public:
  Decoder(const btf* types, std::span<const std::byte> data) : types_(types), data_(data) {}

  /// `width` is that of a bit-field; 0 for everything else.
  [[nodiscard]] Json value(std::uint32_t id, std::size_t bit, std::size_t width = 0) const {
    id = skip(id);
    const btf_type* type = btf__type_by_id(types_, id);
    switch (btf_kind(type)) {
      case BTF_KIND_INT:
        return integer(*type, bit, width);
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return enumeration(*type, bit, width == 0 ? type->size * 8 : width);
      case BTF_KIND_PTR:
        return fmt::format("{:#x}", load_bits(data_, bit, 64));
      case BTF_KIND_FLOAT:
        return floating(type->size, bit / 8);
      case BTF_KIND_ARRAY:
        return array(*btf_array(type), bit);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return structure(*type, bit);
      default:
        return nullptr;
    }
  }

 private:
  [[nodiscard]] std::uint32_t skip(std::uint32_t id) const {
    const btf_type* type = btf__type_by_id(types_, id);
    while (btf_is_mod(type) || btf_is_typedef(type)) {
      id = type->type;
      type = btf__type_by_id(types_, id);
    }
    return id;
  }

  [[nodiscard]] std::string_view name(std::uint32_t offset) const {
    const char* text = btf__name_by_offset(types_, offset);
    return text == nullptr ? "" : text;
  }

  [[nodiscard]] Json integer(const btf_type& type, std::size_t bit, std::size_t width) const {
    if (type.size > 8) return wide(type.size, bit / 8);
    const auto bits = width == 0 ? type.size * std::size_t{8} : width;
    const auto raw = load_bits(data_, bit, bits);
    const auto encoding = btf_int_encoding(&type);
    if ((encoding & BTF_INT_BOOL) != 0) return raw != 0;
    if ((encoding & BTF_INT_SIGNED) != 0) return sign_extend(raw, bits);
    return raw;
  }

  [[nodiscard]] Json wide(std::size_t size, std::size_t at) const {
    std::string text = "0x";
    for (std::size_t i = 0; i < size; ++i) {
      const auto place = std::endian::native == std::endian::little ? at + size - 1 - i : at + i;
      text += fmt::format("{:02x}", std::to_integer<unsigned>(data_[place]));
    }
    return text;
  }

  [[nodiscard]] Json enumeration(const btf_type& type, std::size_t bit, std::size_t width) const {
    const auto raw = load_bits(data_, bit, width);
    const auto number = sign_extend(raw, width);
    for (int i = 0; i < btf_vlen(&type); ++i) {
      if (btf_is_enum64(&type)) {
        const auto& e = btf_enum64(&type)[i];
        if (btf_enum64_value(&e) == raw) return name(e.name_off);
      } else {
        const auto& e = btf_enum(&type)[i];
        if (e.val == number || static_cast<std::uint32_t>(e.val) == raw) return name(e.name_off);
      }
    }
    return number;
  }

  [[nodiscard]] Json floating(std::size_t size, std::size_t at) const {
    if (size == 4) {
      float value = 0;
      std::memcpy(&value, &data_[at], sizeof value);
      return value;
    }
    if (size == 8) {
      double value = 0;
      std::memcpy(&value, &data_[at], sizeof value);
      return value;
    }
    return wide(size, at);
  }

  [[nodiscard]] Json array(const struct btf_array& shape, std::size_t bit) const {
    const auto element = skip(shape.type);
    const btf_type* type = btf__type_by_id(types_, element);
    if (btf_is_int(type) && type->size == 1 && name(type->name_off) == "char") {
      const std::string_view all(reinterpret_cast<const char*>(&data_[bit / 8]), shape.nelems);
      return all.substr(0, all.find('\0'));
    }
    const auto size = btf__resolve_size(types_, element);
    auto result = Json::array();
    for (std::uint32_t i = 0; i < shape.nelems && size > 0; ++i) {
      result.push_back(value(element, bit + std::size_t{i} * static_cast<std::size_t>(size) * 8));
    }
    return result;
  }

  [[nodiscard]] Json structure(const btf_type& type, std::size_t bit) const {
    auto result = Json::object();
    for (std::uint32_t i = 0; i < btf_vlen(&type); ++i) {
      const auto& member = btf_members(&type)[i];
      auto decoded = value(member.type, bit + btf_member_bit_offset(&type, i), btf_member_bitfield_size(&type, i));
      const auto member_name = name(member.name_off);
      if (!member_name.empty()) {
        result[std::string(member_name)] = std::move(decoded);
      } else if (decoded.is_object()) {
        result.update(decoded);  // members of an anonymous struct are named as if they were the outer one's
      }
    }
    return result;
  }

  const btf* types_;
  std::span<const std::byte> data_;
};

}  // namespace

nlohmann::ordered_json decode(const btf* types, std::uint32_t id, std::span<const std::byte> data) {
  return Decoder(types, data).value(id, 0);
}

}  // namespace bccxx::detail
