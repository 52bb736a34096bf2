#pragma once
// What the compiler hands to the writer: everything an object holds, before it is bytes.

#include <bccxx/object/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bccxx::object {

/// From this instruction on, the code comes from this line of the user's text.
///
/// Units: instruction counts 8-byte slots of the program; line and column count from 1, 0 is unknown
struct SourceLine {
  std::uint32_t instruction = 0;
  std::string file;
  std::string text;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// A 64-bit load whose value is the descriptor of a map.
struct MapReference {
  std::size_t instruction = 0;
  std::size_t map = 0;  ///< index into Image::maps
};

struct ProgramImage {
  ProgramSpec spec;  ///< an empty `section` is filled in by the writer, `instructions` always
  std::vector<std::uint64_t> code;
  std::vector<MapReference> references;
  std::uint32_t function_type = 0;  ///< the BTF id of its FUNC; 0 when there is none
  std::vector<SourceLine> lines;
};

struct MapImage {
  MapSpec spec;
  std::uint32_t key_type = 0;  ///< BTF id; 0 when only the size is known
  std::uint32_t value_type = 0;
};

struct Image {
  std::vector<ProgramImage> programs;
  std::vector<MapImage> maps;
  std::vector<std::byte> types;  ///< raw BTF; may be empty
  std::string license = "GPL";
  std::string source;
  std::string source_name;
  std::vector<std::string> cflags;
  std::string directory;  ///< as Object::directory()
  std::string kernel_build_id;
};

}  // namespace bccxx::object
