// Sorts addresses, walks the mappings once, and asks each binary for what falls into it.

#include "symbols/symboliser_impl.hpp"

#include "symbols/debug_files.hpp"

#include <fcntl.h>
#include <algorithm>

namespace bccxx {

using symbols::Module;
using symbols::Process;

void Symboliser::Impl::resolve_kernel(std::span<const std::uint64_t> addresses, std::span<Frame> frames) {
  std::ranges::move(kernel.resolve(addresses), frames.begin());
  kernel_lines_.look_for_running(kernel);
  kernel_lines_.complete(frames, lines_);
}

void Symboliser::Impl::resolve(pid_t pid, std::span<const std::uint64_t> addresses, std::span<Frame> frames) {
  if (pid < 0) return resolve_kernel(addresses, frames);
  auto& target = processes_.get(pid).process;
  target.refresh_if_old();
  std::vector<Wanted> wanted(addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) wanted[i] = {addresses[i], i};
  std::ranges::sort(wanted, {}, &Wanted::address);
  Batch batch{target};
  auto missing = resolve_mapped(batch, wanted, frames);
  if (!missing.empty()) {
    // It may have loaded something since its mappings were read.
    target.refresh();
    missing = resolve_mapped(batch, missing, frames);
  }
  for (const auto& [address, index] : missing) {
    frames[index].address = address;
    frames[index].reason = target.mappings().empty() && target.reason() != Unresolved::none ? target.reason()
                           : target.alive()                                                 ? Unresolved::no_mapping
                                                                                            : Unresolved::process_gone;
  }
}

std::vector<Symboliser::Impl::Wanted> Symboliser::Impl::resolve_mapped(Batch& batch, std::span<const Wanted> wanted,
                                                                       std::span<Frame> frames) {
  std::vector<Wanted> missing;
  while (!wanted.empty()) {
    auto* mapped = batch.process.find(wanted.front().address);
    if (mapped == nullptr) {
      missing.push_back(wanted.front());
      wanted = wanted.subspan(1);
      continue;
    }
    const auto end = std::ranges::lower_bound(wanted, mapped->mapping.end, {}, &Wanted::address);
    const auto count = static_cast<std::size_t>(end - wanted.begin());
    resolve_in(batch, *mapped, wanted.first(count), frames);
    wanted = wanted.subspan(count);
  }
  return missing;
}

std::shared_ptr<Module> Symboliser::Impl::module_of(Process& process, Process::MappedFile& mapped) {
  if (auto module = mapped.module.lock()) {
    modules_.touch(module);
    return module;
  }
  std::shared_ptr<Module> module;
  if (mapped.mapping.has_file()) {
    auto file = process.open(mapped.mapping, options_);
    const bool opened = static_cast<bool>(file);
    module = opened ? modules_.get(std::move(file), mapped.mapping.path, process.root().get())
                    : std::make_shared<Module>(std::move(file), mapped.mapping.path, -1, options_);
    if (!opened) return module;
  } else if (mapped.mapping.path == "[vdso]") {
    module = std::make_shared<Module>(process.read_vdso(mapped.mapping), options_);
    modules_.add(module);
  }
  mapped.module = module;
  return module;
}

void Symboliser::Impl::resolve_in(Batch& batch, Process::MappedFile& mapped, std::span<const Wanted> wanted,
                                  std::span<Frame> frames) {
  const auto& mapping = mapped.mapping;
  const auto module = module_of(batch.process, mapped);
  std::vector<symbols::SourceLines::Wanted> with_lines;
  for (const auto& [address, index] : wanted) {
    auto& frame = frames[index];
    frame.address = address;
    frame.module = mapping.path.empty() ? "[anon]" : mapping.path;
    frame.module_offset = address - mapping.start + mapping.file_offset;
    if (module != nullptr) {
      frame.build_id = module->build_id();
      if (const auto found = module->find(frame.module_offset)) {
        frame.symbol = *found->name;
        frame.offset = found->offset;
        if (const auto place = module->dwarf_address(frame.module_offset)) with_lines.push_back({index, *place});
        continue;
      }
    }
    frame.reason = module == nullptr                      ? Unresolved::anonymous_memory
                   : module->reason() != Unresolved::none ? module->reason()
                                                          : Unresolved::no_symbol;
    const bool may_be_made_at_run_time = module == nullptr || frame.reason == Unresolved::not_elf;
    if (may_be_made_at_run_time && options_.perf_maps) name_by_perf_map(batch, frame);
  }
  if (!with_lines.empty()) lines_.complete({module->key(), module->dwarf_fd(), module->origin()}, with_lines, frames);
}

void Symboliser::Impl::name_by_perf_map(Batch& batch, Frame& frame) {
  if (batch.perf_map == nullptr) batch.perf_map = &batch.process.perf_map();
  const auto* entry = batch.perf_map->find(frame.address);
  if (entry == nullptr) return;
  frame.symbol = batch.perf_map->name(*entry);
  frame.offset = frame.address - entry->start;
  frame.reason = Unresolved::none;
}

std::shared_ptr<Module> Symboliser::Impl::module_of(const BuildId& id) {
  if (id.empty()) return nullptr;
  if (auto module = modules_.get(id)) return module;
  const auto debug = symbols::find_debug_file(id, options_);
  if (!debug) return nullptr;
  auto module = std::make_shared<Module>(*debug, options_);
  modules_.add(module);
  return module;
}

Frame Symboliser::Impl::resolve(const BuildId& id, std::uint64_t file_offset) {
  Frame frame;
  frame.module_offset = file_offset;
  frame.build_id = id;
  auto module = module_of(id);
  // Linkers also give ids of 16 and 8 bytes.
  for (const std::size_t size : {std::size_t{16}, std::size_t{8}}) {
    if (module != nullptr || id.bytes().size() <= size) continue;
    const auto padding = id.bytes().subspan(size);
    if (std::ranges::all_of(padding, [](std::uint8_t byte) { return byte == 0; }))
      module = module_of(BuildId(id.bytes().first(size)));
  }
  if (module == nullptr) {
    frame.reason = Unresolved::unknown_build_id;
    return frame;
  }
  frame.module = module->path();
  frame.build_id = module->build_id();
  if (const auto found = module->find(file_offset)) {
    frame.symbol = *found->name;
    frame.offset = found->offset;
    if (const auto place = module->dwarf_address(file_offset)) {
      const symbols::SourceLines::Wanted wanted{0, *place};
      lines_.complete({module->key(), module->dwarf_fd(), module->origin()}, std::span(&wanted, 1),
                      std::span(&frame, 1));
    }
  } else {
    frame.reason = module->reason() != Unresolved::none ? module->reason() : Unresolved::no_symbol;
  }
  return frame;
}

std::optional<BuildId> Symboliser::Impl::add_module(const std::string& path) {
  auto file = symbols::open_regular(AT_FDCWD, path, symbols::ServedFiles::open);
  if (!file) return std::nullopt;
  const auto id = modules_.get(std::move(file), path, -1)->build_id();
  return id.empty() ? std::nullopt : std::optional(id);
}

std::optional<std::uint64_t> Symboliser::Impl::address_of(pid_t pid, std::string_view name, std::string_view module) {
  auto& target = processes_.get(pid).process;
  target.refresh_if_old();
  for (auto& mapped : target.mappings()) {
    const auto& mapping = mapped.mapping;
    const std::string_view path = mapping.path;
    const bool wanted = module.empty() || path == module || path.substr(path.rfind('/') + 1) == module;
    const auto binary = wanted ? module_of(target, mapped) : nullptr;
    if (binary == nullptr) continue;
    const auto offset = binary->offset_of(name);
    if (offset && *offset >= mapping.file_offset && *offset - mapping.file_offset < mapping.end - mapping.start)
      return mapping.start + (*offset - mapping.file_offset);
  }
  return std::nullopt;
}

void Symboliser::Impl::remember(pid_t pid) {
  auto& known = processes_.get(pid);
  auto& target = known.process;
  target.refresh();
  for (auto& mapped : target.mappings()) static_cast<void>(module_of(target, mapped));
  if (options_.perf_maps) static_cast<void>(target.perf_map());
  known.remembered = target.generation();
}

void Symboliser::Impl::remember_once(pid_t pid) {
  auto& known = processes_.get(pid);
  known.process.refresh_if_old();
  if (known.remembered != known.process.generation()) remember(pid);
}

}  // namespace bccxx
