// Reads an object through libbpf, and through libelf for the section libbpf does not know.

#include <bccxx/object/object.hpp>

#include "object/context.hpp"
#include "object/metadata.hpp"
#include "object/section_names.hpp"
#include "support/file.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/error.hpp>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bccxx::object {

struct Object::State {
  std::vector<std::byte> bytes;
  std::vector<ProgramSpec> programs;
  std::vector<MapSpec> maps;
  Metadata metadata;
  std::string license;
};

namespace {

using LibbpfObject = std::unique_ptr<bpf_object, void (*)(bpf_object*)>;

/// The bytes of a section, or nothing when the object has none of that name.
std::optional<std::string_view> find_section(Elf* elf, const char* wanted) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return std::nullopt;
  for (Elf_Scn* scn = elf_nextscn(elf, nullptr); scn != nullptr; scn = elf_nextscn(elf, scn)) {
    GElf_Shdr header{};
    if (gelf_getshdr(scn, &header) == nullptr) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name == nullptr || std::strcmp(name, wanted) != 0) continue;
    const auto* data = elf_rawdata(scn, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return std::string_view();
    return std::string_view(static_cast<const char*>(data->d_buf), data->d_size);
  }
  return std::nullopt;
}

struct OwnSections {
  std::optional<std::string> metadata;
  std::string license;
};

OwnSections read_own_sections(std::vector<std::byte>& bytes) {
  OwnSections found;
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_memory(reinterpret_cast<char*>(bytes.data()), bytes.size()),
                                                elf_end);
  if (!elf) return found;
  if (const auto text = find_section(elf.get(), metadata_section)) {
    auto json = *text;
    while (!json.empty() && json.front() == '\0') json.remove_prefix(1);
    while (!json.empty() && json.back() == '\0') json.remove_suffix(1);
    found.metadata = std::string(json);
  }
  if (const auto text = find_section(elf.get(), "license")) found.license = text->substr(0, text->find('\0'));
  return found;
}

std::string first_line(const std::string& log) {
  const auto line = log.substr(0, log.find('\n'));
  constexpr std::string_view prefix = "libbpf: ";
  return line.compare(0, prefix.size(), prefix) == 0 ? line.substr(prefix.size()) : line;
}

LibbpfObject open(const std::vector<std::byte>& bytes, const std::string& subject) {
  const support::LibbpfLog log;
  bpf_object_open_opts options = {};
  options.sz = sizeof(options);
  options.object_name = "bccxx";
  LibbpfObject opened(bpf_object__open_mem(bytes.data(), bytes.size(), &options), bpf_object__close);
  if (opened) return opened;
  const auto code = support::error_code(errno);
  auto line = first_line(log.text());
  if (const auto at = line.find("'bccxx'"); at != std::string::npos) line.replace(at, 7, "this");
  throw LoadError(subject, code, line.empty() ? code.message() : line, log.text());
}

/// By the function's name, since libbpf does not say which type of an object is a program's.
std::string context_of_function(const btf* types, const char* function) {
  const int id = types == nullptr ? -1 : btf__find_by_name_kind(types, function, BTF_KIND_FUNC);
  return id < 0 ? std::string() : context_of(types, static_cast<std::uint32_t>(id));
}

template <typename Specs>
auto* find_named(Specs& specs, const std::string& name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::vector<ProgramSpec> read_programs(bpf_object* opened, const Metadata* metadata) {
  std::vector<ProgramSpec> programs;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, opened) {
    ProgramSpec spec;
    spec.name = bpf_program__name(program);
    spec.section = bpf_program__section_name(program);
    spec.instructions = bpf_program__insn_cnt(program);
    const auto* known = metadata == nullptr ? nullptr : find_named(metadata->programs, spec.name);
    if (known != nullptr) {
      spec.probe = known->probe;
      spec.target = known->target;
      spec.context = known->context;
      spec.missing_registers = known->missing_registers;
    } else {
      auto hint = hint_from_section(spec.section);
      spec.probe = hint.probe;
      spec.target = std::move(hint.target);
      spec.context = context_of_function(bpf_object__btf(opened), spec.name.c_str());
    }
    programs.push_back(std::move(spec));
  }
  return programs;
}

std::vector<MapSpec> read_maps(bpf_object* opened, const Metadata* metadata) {
  std::vector<MapSpec> maps;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, opened) {
    MapSpec spec;
    spec.name = bpf_map__name(map);
    if (const auto* known = metadata == nullptr ? nullptr : find_named(metadata->maps, spec.name)) {
      spec = *known;
    } else if (const char* pin = bpf_map__pin_path(map); pin != nullptr) {
      spec.pin_path = pin;
    }
    spec.type = static_cast<std::uint32_t>(bpf_map__type(map));
    spec.key_size = bpf_map__key_size(map);
    spec.value_size = bpf_map__value_size(map);
    spec.max_entries = bpf_map__max_entries(map);
    spec.flags = bpf_map__map_flags(map);
    if (metadata == nullptr && spec.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && spec.max_entries == 0) {
      spec.one_entry_per_cpu = true;
    }
    maps.push_back(std::move(spec));
  }
  return maps;
}

}  // namespace

Object::Object(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

Object Object::parse(std::vector<std::byte> bytes) { return parse(std::move(bytes), "object"); }

Object Object::parse(std::vector<std::byte> bytes, const std::string& subject) {
  auto state = std::make_shared<State>();
  state->bytes = std::move(bytes);
  const auto opened = open(state->bytes, subject);
  auto own = read_own_sections(state->bytes);
  if (own.metadata) {
    try {
      state->metadata = parse_metadata(*own.metadata);
    } catch (const std::runtime_error& error) {
      throw LoadError(subject, std::make_error_code(std::errc::invalid_argument),
                      std::string("section ") + metadata_section + ": " + error.what(), {});
    }
  }
  const auto* metadata = own.metadata ? &state->metadata : nullptr;
  state->license = std::move(own.license);
  state->programs = read_programs(opened.get(), metadata);
  state->maps = read_maps(opened.get(), metadata);
  return Object(std::move(state));
}

Object Object::read(const std::filesystem::path& file) {
  const auto text = support::read_file(file.string());
  std::vector<std::byte> bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return parse(std::move(bytes), file.string());
}

std::span<const std::byte> Object::bytes() const noexcept { return state_->bytes; }
const std::vector<ProgramSpec>& Object::programs() const noexcept { return state_->programs; }
const std::vector<MapSpec>& Object::maps() const noexcept { return state_->maps; }
const ProgramSpec* Object::find_program(const std::string& name) const noexcept {
  return find_named(state_->programs, name);
}
const MapSpec* Object::find_map(const std::string& name) const noexcept { return find_named(state_->maps, name); }
const std::string& Object::source() const noexcept { return state_->metadata.source; }
const std::string& Object::source_name() const noexcept { return state_->metadata.source_name; }
const std::vector<std::string>& Object::cflags() const noexcept { return state_->metadata.cflags; }
const std::string& Object::directory() const noexcept { return state_->metadata.directory; }
const std::string& Object::license() const noexcept { return state_->license; }
const std::string& Object::kernel_build_id() const noexcept { return state_->metadata.kernel_build_id; }

}  // namespace bccxx::object
