// Found by the dynamic linker, clang's own list, and the kernel's notes.

#include "compiler_worker/read_files.hpp"

#include "compiler/plain_path.hpp"
#include "support/file.hpp"

#include <fmt/format.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bccxx::worker {

namespace fs = std::filesystem;

std::vector<std::string> loaded_libraries() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t /*size*/, void* list) {
        if (info->dlpi_name[0] == '/') static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}

std::string running_build_id() {
  const auto notes = support::read_small_file("/sys/kernel/notes").value_or("");
  constexpr std::uint32_t build_id_type = 3;
  std::size_t at = 0;
  const auto padded = [](std::uint32_t size) { return (std::size_t{size} + 3) & ~std::size_t{3}; };
  while (at + 12 <= notes.size()) {
    std::uint32_t header[3];
    std::memcpy(header, notes.data() + at, sizeof(header));
    const auto name = at + sizeof(header);
    const auto value = name + padded(header[0]);
    if (value + header[1] > notes.size()) break;
    if (header[2] == build_id_type && notes.compare(name, 4, std::string("GNU\0", 4)) == 0) {
      std::string hex;
      for (std::uint32_t i = 0; i < header[1]; ++i) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(notes[value + i]));
      }
      return hex;
    }
    at = value + padded(header[1]);
  }
  return {};
}

std::vector<std::string> prerequisites(const std::string& rule, const fs::path& own) {
  std::vector<std::string> files;
  std::string word;
  const auto finish = [&] {
    const bool outside =
        !word.empty() && word.front() == '/' && word.rfind("/virtual/", 0) != 0 && word.rfind(own.string(), 0) != 0;
    if (outside) files.push_back(compiler::plain_path(word).string());
    word.clear();
  };
  for (std::size_t i = rule.find(": ") + 1; i < rule.size() && i != 0; ++i) {
    const bool escaped = rule[i] == '\\' && i + 1 < rule.size();
    if (escaped && rule[i + 1] == ' ') {
      word += rule[++i];
    } else if (rule[i] == ' ' || rule[i] == '\n') {
      finish();
    } else if (!escaped || rule[i + 1] != '\n') {
      word += rule[i];
    }
  }
  finish();
  return files;
}

}  // namespace bccxx::worker
