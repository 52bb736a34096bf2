// Asks the worker for the addresses of a module that are not known yet, some at a time: their answers together are
// large.

#include "symbols/source_lines.hpp"

#include "symbols/dwarf_protocol.hpp"

#include <algorithm>

namespace bccxx::symbols {
namespace {

constexpr std::size_t most_known_bytes = std::size_t{16} << 20;

std::size_t bytes_of(const SourcePlace& place) {
  std::size_t bytes = sizeof(SourcePlace) + place.file.size();
  for (const auto& inlined : place.inlined) bytes += sizeof(inlined) + inlined.symbol.size() + inlined.file.size();
  return bytes;
}

}  // namespace

void SourceLines::complete(const File& file, std::span<const Wanted> wanted, std::span<Frame> frames) {
  std::size_t given = 0;
  while (!wanted.empty() && given < most_bytes_) {
    const bool avoided = file.origin == NameOrigin::anybody && harmful_.size() >= most_harmful_files;
    if (file.fd < 0 || avoided || harmful_.contains(file.key)) return;
    const auto some = wanted.first(std::min<std::size_t>(wanted.size(), DwarfQuestion::most_addresses));
    if (ask(file, some))
      given += fill(file, some, frames);
    else
      harmful_.insert(file.key);
    wanted = wanted.subspan(some.size());
  }
}

bool SourceLines::ask(const File& file, std::span<const Wanted> wanted) {
  if (known_bytes_ > most_known_bytes) {
    known_.clear();
    known_bytes_ = 0;
  }
  std::vector<std::uint64_t> unknown;
  for (const auto& [frame, address] : wanted)
    if (!known_.contains({file.key, address})) unknown.push_back(address);
  std::ranges::sort(unknown);
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  auto places = worker_.find(file.key, file.fd, unknown);
  if (places.size() != unknown.size()) return false;
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    known_bytes_ += bytes_of(places[i]);
    known_.insert_or_assign({file.key, unknown[i]}, std::move(places[i]));
  }
  return true;
}

std::size_t SourceLines::fill(const File& file, std::span<const Wanted> wanted, std::span<Frame> frames) {
  std::size_t given = 0;
  for (const auto& [index, address] : wanted) {
    const auto place = known_.find({file.key, address});
    if (place == known_.end()) continue;
    given += bytes_of(place->second);
    frames[index].file = place->second.file;
    frames[index].line = place->second.line;
    frames[index].inlined = place->second.inlined;
  }
  return given;
}

}  // namespace bccxx::symbols
