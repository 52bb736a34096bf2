// Notes become probes: the places of one name in one binary belong together.

#include "runtime/usdt_readers.hpp"
#include "runtime/usdt_state.hpp"

#include "runtime/usdt_arguments.hpp"
#include "runtime/usdt_variables.hpp"
#include "support/nearest_names.hpp"
#include "support/system_call.hpp"
#include "symbols/usdt_notes.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace bccxx {
namespace {

using symbols::ElfFile;
using symbols::UsdtNote;

std::vector<UsdtProbe> probes_of(const ElfFile& elf, const std::string& path) {
  std::vector<UsdtProbe> probes;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  runtime::UsdtVariables variables(elf);
  const auto syntax = runtime::operand_syntax(elf.machine());
  for (auto& note : symbols::read_usdt_notes(elf)) {
    const auto offset = elf.segments().offset_of_address(note.location);
    if (!offset) continue;
    const auto [at, first] = known.try_emplace({note.provider, note.name}, probes.size());
    if (first) probes.push_back({note.provider, note.name, path, {}});
    UsdtLocation location{note.location, *offset, runtime::parse_usdt_arguments(note.arguments, syntax),
                          note.semaphore};
    if (note.semaphore != 0) location.semaphore_offset = elf.segments().offset_of_address(note.semaphore);
    for (auto& argument : location.arguments) variables.resolve(argument);
    probes[at->second].locations.push_back(std::move(location));
  }
  return probes;
}

enum class NotElf { refuse, skip };

void add_binary(USDT::State& state, symbols::Binary binary, NotElf otherwise) {
  auto path = binary.path_from_here(state.target.pid);
  const ElfFile elf(binary.source);
  if (elf.reason() != Unresolved::none) {
    if (otherwise == NotElf::refuse) support::fail(ENOEXEC, "read probes of", path);
    return;
  }
  auto probes = probes_of(elf, path);
  if (probes.empty()) return;
  state.binaries.push_back(std::make_shared<const UsdtBinary>(UsdtBinary{std::move(binary), std::move(probes)}));
}

bool is_identifier(const std::string& name) {
  const auto of_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), of_name);
}

}  // namespace

std::string USDT::State::described() const {
  if (target.pid <= 0) return target.path;
  return target.path.empty() ? fmt::format("process {}", target.pid)
                             : fmt::format("{} of process {}", target.path, target.pid);
}

std::vector<USDT::State::Enabled> USDT::State::find(const std::string& probe) const {
  std::vector<Enabled> found;
  std::set<std::string> providers;
  std::set<std::string> names;
  for (const auto& binary : binaries) {
    for (std::size_t i = 0; i < binary->probes.size(); ++i) {
      const auto& candidate = binary->probes[i];
      if (probe == candidate.name || probe == candidate.short_name()) {
        found.push_back({binary, i, {}});
        providers.insert(candidate.provider);
      }
      names.insert(probe.find(':') == std::string::npos ? candidate.name : candidate.short_name());
    }
  }
  if (found.empty()) {
    throw NotFound("USDT probe of " + described(), probe, support::nearest_names(probe, {names.begin(), names.end()}));
  }
  if (providers.size() > 1) {
    throw std::invalid_argument(
        fmt::format("the USDT probe {} needs its provider: {}", probe, fmt::join(providers, ", ")));
  }
  return found;
}

USDT::USDT(const UsdtTarget& target) : state_(std::make_unique<State>()) {
  state_->target = target;
  if (target.path.empty()) {
    if (target.pid <= 0) throw std::invalid_argument("USDT probes are looked for in a path or in a process");
    for (auto& binary : symbols::mapped_binaries(target.pid)) add_binary(*state_, std::move(binary), NotElf::skip);
    return;
  }
  auto binary = symbols::open_binary(target.path, target.pid);
  if (!binary) throw NotFound("binary", target.path);
  add_binary(*state_, std::move(*binary), NotElf::refuse);
}

USDT::USDT(const USDT& other) : state_(std::make_unique<State>(*other.state_)) {}
USDT::USDT(USDT&& other) noexcept = default;
USDT& USDT::operator=(const USDT& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
USDT& USDT::operator=(USDT&& other) noexcept = default;
USDT::~USDT() = default;

const UsdtTarget& USDT::target() const noexcept { return state_->target; }

USDT& USDT::enable_probe(const std::string& probe, const std::string& function) {
  if (!is_identifier(function)) throw std::invalid_argument(function + " is not the name of a function");
  for (auto& found : state_->find(probe)) {
    found.function = function;
    state_->enabled.push_back(std::move(found));
  }
  return *this;
}

std::vector<UsdtProbe> USDT::enumerate_probes() const {
  std::vector<UsdtProbe> all;
  for (const auto& binary : state_->binaries) all.insert(all.end(), binary->probes.begin(), binary->probes.end());
  return all;
}

std::string USDT::get_probe_arg_ctype(const std::string& probe, std::size_t argument) const {
  const UsdtArgument* largest = nullptr;
  for (const auto& found : state_->find(probe)) {
    for (const auto& location : found.which().locations) {
      if (argument >= location.arguments.size()) continue;
      const auto& here = location.arguments[argument];
      if (largest == nullptr || here.size > largest->size) largest = &here;
    }
  }
  if (largest == nullptr) throw NotFound("argument of USDT probe " + probe, std::to_string(argument));
  return fmt::format("{}int{}_t", largest->is_signed ? "" : "u", largest->size * 8);
}

std::string USDT::get_text() const { return runtime::UsdtReaders({*this}).text(); }

}  // namespace bccxx
