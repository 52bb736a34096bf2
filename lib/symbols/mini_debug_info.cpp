// Unpacks within bounds, as a few kilobytes can be made to hold gigabytes.

#include "symbols/mini_debug_info.hpp"

#include <elf.h>
#include <lzma.h>
#include <memory>

namespace bccxx::symbols {
namespace {

constexpr std::uint64_t most_packed_bytes = std::uint64_t{8} << 20;
constexpr std::size_t most_unpacked_bytes = std::size_t{32} << 20;
constexpr std::uint64_t most_working_bytes = std::uint64_t{64} << 20;

std::vector<std::byte> unpack(const std::vector<std::byte>& packed) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, most_working_bytes, 0) != LZMA_OK) return {};
  const std::unique_ptr<lzma_stream, decltype(&lzma_end)> end(&stream, &lzma_end);
  std::vector<std::byte> plain(packed.size() * 4);
  stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  for (;;) {
    const auto done = static_cast<std::size_t>(stream.total_out);
    stream.next_out = reinterpret_cast<std::uint8_t*>(plain.data()) + done;
    stream.avail_out = plain.size() - done;
    const auto result = lzma_code(&stream, LZMA_FINISH);
    if (result == LZMA_STREAM_END) break;
    if (result != LZMA_OK || stream.avail_out != 0 || plain.size() >= most_unpacked_bytes) return {};
    plain.resize(plain.size() * 2);
  }
  plain.resize(static_cast<std::size_t>(stream.total_out));
  return plain;
}

}  // namespace

std::optional<ElfFile> read_mini_debug_info(const ElfFile& binary) {
  const auto* section = binary.find(".gnu_debugdata");
  if (section == nullptr || section->type == SHT_NOBITS || section->size > most_packed_bytes ||
      !binary.source()->holds(section->offset, section->size))
    return std::nullopt;
  std::vector<std::byte> packed(section->size);
  if (packed.empty() || !binary.source()->read(section->offset, std::span(packed))) return std::nullopt;
  auto plain = unpack(packed);
  if (plain.empty()) return std::nullopt;
  ElfFile file(std::make_shared<const MemorySource>(std::move(plain)));
  if (file.reason() != Unresolved::none) return std::nullopt;
  return file;
}

}  // namespace bccxx::symbols
