// Sections in a fixed order: programs, their relocations, license, .maps, .bccxx, .BTF, .BTF.ext, symbols, strings.

#include "object/elf_writer.hpp"

#include "object/btf_writer.hpp"
#include "object/metadata.hpp"
#include "object/section_names.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <gelf.h>
#include <libelf.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace bccxx::object {
namespace {

constexpr std::uint16_t machine_bpf = 247;
constexpr std::uint32_t relocation_map_64 = 1;
constexpr std::size_t instruction_size = 8;

struct Section {
  std::string name;
  std::uint32_t type = SHT_PROGBITS;
  std::uint64_t flags = 0;
  std::string data;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t entry_size = 0;
};

template <typename T>
std::string bytes_of(const std::vector<T>& items) {
  if (items.empty()) return {};
  return {reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T)};
}

class Strings {
 public:
  std::uint32_t add(const std::string& text) {
    if (text.empty()) return 0;
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += text;
    bytes_ += '\0';
    return at;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_ = std::string(1, '\0');
};

/// Programs of one section lie behind each other in it.
struct Code {
  std::string section;
  std::vector<std::uint64_t> instructions;
  std::vector<Elf64_Rel> relocations;
};

class Writer {
 public:
  explicit Writer(const Image& image) : image_(image) {}

  std::vector<std::byte> write() {
    place_programs();
    const auto btf = write_btf(image_, placements_);
    const auto maps_section = static_cast<std::uint16_t>(1 + code_.size());
    std::vector<Section> sections(1);
    sections.front().type = SHT_NULL;
    for (const auto& code : code_) {
      sections.push_back({code.section, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, bytes_of(code.instructions)});
    }
    if (!image_.maps.empty()) {
      sections.push_back({".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, std::string(btf.maps_size, '\0')});
    }
    sections.push_back({"license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, image_.license + '\0'});
    // Libbpf passes over string tables it does not know without a word.
    sections.push_back({metadata_section, SHT_STRTAB, 0, '\0' + metadata_text(image_) + '\0'});
    sections.push_back({".BTF", SHT_PROGBITS, 0, bytes_of(btf.btf)});
    if (!btf.ext.empty()) sections.push_back({".BTF.ext", SHT_PROGBITS, 0, bytes_of(btf.ext)});

    const auto symbols = make_symbols(btf, maps_section);
    add_relocations(sections);
    const auto symbol_table = static_cast<std::uint32_t>(sections.size());
    for (auto& section : sections) {
      if (section.type == SHT_REL) section.link = symbol_table;
    }
    sections.push_back({".symtab", SHT_SYMTAB, 0, bytes_of(symbols), symbol_table + 1, 1, sizeof(Elf64_Sym)});
    return emit(sections);
  }

 private:
  void place_programs() {
    for (const auto& program : image_.programs) {
      const auto section = program.spec.section.empty()
                               ? section_for({program.spec.probe, program.spec.target}, program.spec.context)
                               : program.spec.section;
      auto* code = find_code(section);
      placements_.push_back({section, code->instructions.size()});
      relocate(program, *code);
    }
  }

  Code* find_code(const std::string& section) {
    for (auto& code : code_) {
      if (code.section == section) return &code;
    }
    code_.push_back({section, {}, {}});
    return &code_.back();
  }

  /// Symbol 0 is nobody, then come the maps in their order.
  void relocate(const ProgramImage& program, Code& code) {
    const auto base = code.instructions.size();
    code.instructions.insert(code.instructions.end(), program.code.begin(), program.code.end());
    for (const auto& reference : program.references) {
      if (reference.instruction >= program.code.size() || reference.map >= image_.maps.size()) {
        throw std::logic_error("map reference out of range in " + program.spec.name);
      }
      auto& word = code.instructions[base + reference.instruction];
      bpf_insn instruction{};
      std::memcpy(&instruction, &word, sizeof(instruction));
      instruction.src_reg = 0;
      instruction.imm = 0;
      std::memcpy(&word, &instruction, sizeof(instruction));
      code.relocations.push_back({(base + reference.instruction) * instruction_size,
                                  ELF64_R_INFO(std::uint64_t{reference.map} + 1, relocation_map_64)});
    }
  }

  std::vector<Elf64_Sym> make_symbols(const BtfSections& btf, std::uint16_t maps_section) {
    std::vector<Elf64_Sym> symbols(1);
    symbols.front() = {};
    for (std::size_t i = 0; i < image_.maps.size(); ++i) {
      symbols.push_back({strings_.add(image_.maps[i].spec.name), ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), STV_DEFAULT,
                         maps_section, btf.map_offsets[i], btf.map_sizes[i]});
    }
    for (std::size_t i = 0; i < image_.programs.size(); ++i) {
      std::uint16_t index = 1;
      while (code_[index - 1U].section != placements_[i].section) ++index;
      symbols.push_back({strings_.add(image_.programs[i].spec.name), ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), STV_DEFAULT,
                         index, placements_[i].first_instruction * instruction_size,
                         image_.programs[i].code.size() * instruction_size});
    }
    return symbols;
  }

  void add_relocations(std::vector<Section>& sections) const {
    for (std::size_t i = 0; i < code_.size(); ++i) {
      if (code_[i].relocations.empty()) continue;
      sections.push_back({".rel" + code_[i].section, SHT_REL, 0, bytes_of(code_[i].relocations), 0,
                          static_cast<std::uint32_t>(i + 1), sizeof(Elf64_Rel)});
    }
  }

  std::vector<std::byte> emit(std::vector<Section>& sections) {
    std::vector<std::uint32_t> names;
    for (const auto& section : sections) names.push_back(strings_.add(section.name));
    names.push_back(strings_.add(".strtab"));
    sections.push_back({".strtab", SHT_STRTAB, 0, strings_.bytes()});

    const UniqueFd file(support::check(::memfd_create("object", MFD_CLOEXEC), "write object", "memory file"));
    elf_version(EV_CURRENT);
    const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.get(), ELF_C_WRITE, nullptr), elf_end);
    if (!elf) fail_elf();
    auto* header = elf64_newehdr(elf.get());
    if (header == nullptr) fail_elf();
    header->e_ident[EI_DATA] = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    header->e_machine = machine_bpf;
    header->e_type = ET_REL;
    header->e_version = EV_CURRENT;
    header->e_shstrndx = static_cast<std::uint16_t>(sections.size() - 1);
    for (std::size_t i = 1; i < sections.size(); ++i) add_section(elf.get(), sections[i], names[i]);
    if (elf_update(elf.get(), ELF_C_WRITE) < 0) fail_elf();
    return read_back(file.get());
  }

  static void add_section(Elf* elf, Section& section, std::uint32_t name) {
    auto* scn = elf_newscn(elf);
    auto* data = scn == nullptr ? nullptr : elf_newdata(scn);
    auto* header = scn == nullptr ? nullptr : elf64_getshdr(scn);
    if (data == nullptr || header == nullptr) fail_elf();
    data->d_buf = section.data.data();
    data->d_size = section.data.size();
    data->d_align = 8;
    data->d_version = EV_CURRENT;
    if (section.type == SHT_SYMTAB) data->d_type = ELF_T_SYM;
    if (section.type == SHT_REL) data->d_type = ELF_T_REL;
    header->sh_name = name;
    header->sh_type = section.type;
    header->sh_flags = section.flags;
    header->sh_link = section.link;
    header->sh_info = section.info;
    header->sh_entsize = section.entry_size;
    header->sh_addralign = 8;
  }

  [[noreturn]] static void fail_elf() { throw std::logic_error(std::string("libelf: ") + elf_errmsg(-1)); }

  static std::vector<std::byte> read_back(int file) {
    const auto size = support::check(static_cast<int>(::lseek(file, 0, SEEK_END)), "write object", "memory file");
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto n = ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (n <= 0) support::fail(n == 0 ? EIO : errno, "write object", "memory file");
      done += static_cast<std::size_t>(n);
    }
    return bytes;
  }

  const Image& image_;
  std::vector<Placement> placements_;
  std::vector<Code> code_;
  Strings strings_;
};

}  // namespace

std::vector<std::byte> write_elf(const Image& image) {
  const support::LibbpfLog quiet;
  return Writer(image).write();
}

}  // namespace bccxx::object
