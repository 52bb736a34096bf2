// A libbcc with libbpf linked in statically would load maps and programs for real; its symbol table tells.

#include "compiler_worker/libbcc/recording.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace bccxx::worker {
namespace {

std::string loaded_libbcc() {
  std::string path;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t /*size*/, void* found) {
        if (std::strstr(info->dlpi_name, "libbcc.so") == nullptr) return 0;
        *static_cast<std::string*>(found) = info->dlpi_name;
        return 1;
      },
      &path);
  return path;
}

bool imports(const std::string& path, const char* wanted) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.get(), ELF_C_READ_MMAP, nullptr), elf_end);
  if (!elf) return false;
  for (Elf_Scn* scn = elf_nextscn(elf.get(), nullptr); scn != nullptr; scn = elf_nextscn(elf.get(), scn)) {
    GElf_Shdr header{};
    if (gelf_getshdr(scn, &header) == nullptr || header.sh_type != SHT_DYNSYM || header.sh_entsize == 0) continue;
    auto* data = elf_getdata(scn, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; i < count; ++i) {
      GElf_Sym symbol{};
      if (gelf_getsym(data, i, &symbol) == nullptr || symbol.st_shndx != SHN_UNDEF) continue;
      const char* name = elf_strptr(elf.get(), header.sh_link, symbol.st_name);
      if (name != nullptr && std::strcmp(name, wanted) == 0) return true;
    }
  }
  return false;
}

}  // namespace

void check_recording_takes() {
  const auto path = loaded_libbcc();
  if (path.empty()) throw std::runtime_error("libbcc is not loaded as a shared library");
  for (const char* name : {"bpf_map_create", "bpf_prog_load", "btf__load_into_kernel"}) {
    if (imports(path, name)) continue;
    throw std::runtime_error(path + " does not import " + name +
                             ": it has libbpf linked in statically, which bccxx-cc cannot work with");
  }
}

}  // namespace bccxx::worker
