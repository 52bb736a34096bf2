#pragma once
// The section `.bccxx`: what the ELF format has no place for, as JSON.

#include "object/image.hpp"

#include <string>

namespace bccxx::object {

inline constexpr const char* metadata_section = ".bccxx";

struct Metadata {
  std::vector<ProgramSpec> programs;
  std::vector<MapSpec> maps;
  std::string source;
  std::string source_name;
  std::vector<std::string> cflags;
  std::string directory;
  std::string kernel_build_id;
};

[[nodiscard]] std::string metadata_text(const Image& image);

/// Throws: std::runtime_error for text that metadata_text() does not make
[[nodiscard]] Metadata parse_metadata(const std::string& text);

}  // namespace bccxx::object
