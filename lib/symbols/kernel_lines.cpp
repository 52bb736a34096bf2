// The file has addresses before relocation; kallsyms has those of now.

#include "symbols/kernel_lines.hpp"

#include "support/build_id_note.hpp"
#include "support/file.hpp"
#include "symbols/elf_functions.hpp"

#include <sys/utsname.h>

namespace bccxx::symbols {
namespace {

/// Every kernel has it, and nothing else is called so.
constexpr const char* landmark = "schedule";
/// Binaries count from 1.
constexpr std::uint64_t kernel_key = 0;

BuildId running_build_id() {
  const auto notes = support::read_small_file("/sys/kernel/notes").value_or("");
  const auto id = support::find_build_id(std::as_bytes(std::span(notes)));
  return BuildId({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()});
}

}  // namespace

void KernelLines::look_for(const Kernel& kernel) {
  looked_ = true;
  if (!options_.lines) return;
  debug_ = find_kernel_debug_file(kernel.build_id, kernel.release, options_);
  if (!debug_) return;
  const auto function = ElfFunctions(debug_->file).find(kernel.function);
  if (function)
    bias_ = kernel.address - function->address;
  else
    debug_.reset();
}

void KernelLines::look_for_running(const KernelSymbols& symbols) {
  if (looked_) return;
  utsname name{};
  ::uname(&name);
  const auto address = symbols.address_of(landmark);
  looked_ = true;
  if (address) look_for({running_build_id(), name.release, landmark, *address});
}

void KernelLines::complete(std::span<Frame> frames, SourceLines& lines) const {
  if (!debug_) return;
  std::vector<SourceLines::Wanted> wanted;
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (frames[i].resolved() && frames[i].module == "kernel") wanted.push_back({i, frames[i].address - bias_});
  lines.complete({kernel_key, debug_->source->fd(), NameOrigin::trusted}, wanted, frames);
}

}  // namespace bccxx::symbols
