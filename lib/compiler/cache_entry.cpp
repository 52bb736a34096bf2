// Magic, version, key, hash, then the payload; the hash covers the key too.

#include "compiler/cache_entry.hpp"

#include "support/byte_stream.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace bccxx::compiler {
namespace {

using support::ByteReader;
using support::ByteWriter;

constexpr std::array<char, 8> magic = {'b', 'c', 'c', 'x', 'x', 'o', 'b', 'j'};
constexpr std::uint32_t version = 1;

Digest seal(const Digest& key, std::span<const std::byte> payload) { return Sha256().add(key).add(payload).digest(); }

Digest read_digest(ByteReader& in) {
  Digest digest;
  std::ranges::copy(in.take(digest.size()), digest.begin());
  return digest;
}

}  // namespace

std::vector<std::byte> encode_entry(const Digest& key, const CacheEntry& entry) {
  ByteWriter payload;
  payload.number(entry.made);
  payload.number<std::uint64_t>(entry.files.size());
  for (const auto& file : entry.files) {
    payload.text(file.path);
    for (const auto value : {file.device, file.inode, file.size}) payload.number(value);
    payload.number(file.modified);
    payload.number(file.changed);
    payload.raw(file.content);
  }
  payload.text(entry.log);
  payload.bytes(entry.object);

  ByteWriter out;
  out.raw(std::as_bytes(std::span(magic)));
  out.number(version);
  out.raw(key);
  out.raw(seal(key, payload.result()));
  out.raw(payload.result());
  return std::move(out.result());
}

CacheEntry decode_entry(const Digest& key, std::span<const std::byte> bytes) {
  constexpr std::size_t smallest_file = 6 * sizeof(std::uint64_t) + sizeof(Digest);
  ByteReader in(bytes);
  if (!std::ranges::equal(in.take(magic.size()), std::as_bytes(std::span(magic)))) {
    throw std::runtime_error("not a cache entry");
  }
  if (in.number<std::uint32_t>() != version) throw std::runtime_error("an entry of another version");
  if (read_digest(in) != key) throw std::runtime_error("the entry of another key");
  const auto hash = read_digest(in);
  const auto payload = bytes.last(bytes.size() - magic.size() - sizeof version - 2 * sizeof(Digest));
  if (seal(key, payload) != hash) throw std::runtime_error("its content does not match its hash");

  CacheEntry entry;
  entry.made = in.number<std::int64_t>();
  for (auto n = in.count(smallest_file); n > 0; --n) {
    FileIdentity file;
    file.path = in.text();
    for (auto* value : {&file.device, &file.inode, &file.size}) *value = in.number<std::uint64_t>();
    file.modified = in.number<std::int64_t>();
    file.changed = in.number<std::int64_t>();
    file.content = read_digest(in);
    entry.files.push_back(std::move(file));
  }
  entry.log = in.text();
  const auto object = in.bytes();
  entry.object.assign(object.begin(), object.end());
  in.finish();
  return entry;
}

}  // namespace bccxx::compiler
