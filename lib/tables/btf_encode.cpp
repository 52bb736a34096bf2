// From JSON to the bytes the kernel wants.

#include "tables/btf_bits.hpp"
#include "tables/btf_value.hpp"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace bccxx::detail {
namespace {

using Json = nlohmann::ordered_json;

/// A whole number in any of C's bases, as 64 bits of two's complement.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? ~value + 1 : value;
}

class Encoder {
 public:
  Encoder(const btf* types, std::span<std::byte> data) : types_(types), data_(data) {}

  void store(std::uint32_t id, const Json& value, std::size_t bit, std::size_t width = 0) const {
    const btf_type* type = btf__type_by_id(types_, id);
    while (btf_is_mod(type) || btf_is_typedef(type)) type = btf__type_by_id(types_, type->type);
    switch (btf_kind(type)) {
      case BTF_KIND_INT:
        return integer(value, bit, width == 0 ? type->size * std::size_t{8} : width,
                       (btf_int_encoding(type) & BTF_INT_SIGNED) != 0);
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return enumeration(*type, value, bit, width == 0 ? type->size * std::size_t{8} : width);
      case BTF_KIND_PTR:
        return integer(value, bit, 64, false);
      case BTF_KIND_FLOAT:
        return floating(value, type->size, bit / 8);
      case BTF_KIND_ARRAY:
        return array(*btf_array(type), value, bit);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return structure(*type, value, bit);
      default:
        throw std::invalid_argument("a value of this type cannot be written as text");
    }
  }

 private:
  [[nodiscard]] const char* name(std::uint32_t offset) const { return btf__name_by_offset(types_, offset); }

  void integer(const Json& value, std::size_t bit, std::size_t width, bool is_signed) const {
    std::optional<std::uint64_t> number;
    if (value.is_boolean()) number = value.get<bool>() ? 1 : 0;
    if (value.is_number_integer()) number = value.get<std::uint64_t>();
    if (value.is_string()) number = parse_number(value.get_ref<const std::string&>());
    if (!number) throw std::invalid_argument(quoted(value) + " is not a whole number");
    if (width > 64) {
      store_bits(data_, bit, 64, *number);
      return;
    }
    const auto extended = static_cast<std::int64_t>(*number);
    const auto mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    const bool negative = value.is_number_integer() && !value.is_number_unsigned();
    const bool fits = is_signed ? sign_extend(*number & mask, width) == extended
                                : (*number & mask) == *number && !(negative && extended < 0);
    if (!fits) throw std::invalid_argument(fmt::format("{} does not fit {} bits", quoted(value), width));
    store_bits(data_, bit, width, *number);
  }

  void enumeration(const btf_type& type, const Json& value, std::size_t bit, std::size_t width) const {
    if (!value.is_string()) return integer(value, bit, width, true);
    const auto& wanted = value.get_ref<const std::string&>();
    for (int i = 0; i < btf_vlen(&type); ++i) {
      if (btf_is_enum64(&type)) {
        const auto& e = btf_enum64(&type)[i];
        if (wanted == name(e.name_off)) return store_bits(data_, bit, width, btf_enum64_value(&e));
      } else {
        const auto& e = btf_enum(&type)[i];
        if (wanted == name(e.name_off)) return store_bits(data_, bit, width, static_cast<std::uint64_t>(e.val));
      }
    }
    throw std::invalid_argument(wanted + " is no enumerator of enum " + name(type.name_off));
  }

  void floating(const Json& value, std::size_t size, std::size_t at) const {
    if (!value.is_number()) throw std::invalid_argument(quoted(value) + " is not a number");
    if (size == 4) {
      const auto number = value.get<float>();
      std::memcpy(&data_[at], &number, sizeof number);
    } else if (size == 8) {
      const auto number = value.get<double>();
      std::memcpy(&data_[at], &number, sizeof number);
    } else {
      throw std::invalid_argument("a floating-point number of this size cannot be written as text");
    }
  }

  void array(const struct btf_array& shape, const Json& value, std::size_t bit) const {
    const auto size = static_cast<std::size_t>(btf__resolve_size(types_, shape.type));
    if (value.is_string() && size == 1) {
      const auto& text = value.get_ref<const std::string&>();
      if (text.size() > shape.nelems) {
        throw std::invalid_argument(fmt::format("\"{}\" is longer than {} bytes", text, shape.nelems));
      }
      std::memcpy(&data_[bit / 8], text.data(), text.size());
      return;
    }
    if (!value.is_array() || value.size() > shape.nelems) {
      throw std::invalid_argument(fmt::format("{} is not a list of at most {}", quoted(value), shape.nelems));
    }
    for (std::size_t i = 0; i < value.size(); ++i) store(shape.type, value[i], bit + i * size * 8);
  }

  void structure(const btf_type& type, const Json& value, std::size_t bit) const {
    if (!value.is_object()) throw std::invalid_argument(quoted(value) + " is not an object");
    for (const auto& [key, part] : value.items()) {
      if (!member(type, key, part, bit)) throw std::invalid_argument("there is no member " + key);
    }
  }

  bool member(const btf_type& type, const std::string& wanted, const Json& value, std::size_t bit) const {
    for (std::uint32_t i = 0; i < btf_vlen(&type); ++i) {
      const auto& m = btf_members(&type)[i];
      const auto at = bit + btf_member_bit_offset(&type, i);
      if (wanted == name(m.name_off)) {
        store(m.type, value, at, btf_member_bitfield_size(&type, i));
        return true;
      }
      const btf_type* inner = btf__type_by_id(types_, m.type);
      if (m.name_off == 0 && btf_is_composite(inner) && member(*inner, wanted, value, at)) return true;
    }
    return false;
  }

  const btf* types_;
  std::span<std::byte> data_;
};

}  // namespace

void encode(const btf* types, std::uint32_t id, const Json& value, std::span<std::byte> data) {
  std::fill(data.begin(), data.end(), std::byte{0});
  Encoder(types, data).store(id, value, 0);
}

}  // namespace bccxx::detail
