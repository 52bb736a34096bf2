#pragma once
// libbcc's compiler at work: one text in, an object out. Runs in a process of its own, and only once in it.

#include "compiler_worker/diagnostics.hpp"
#include "compiler_worker/map_calls.hpp"

#include <bccxx/compiler/compile.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bccxx::worker {

struct TranslateRequest {
  std::string framed_text;
  int line_offset = 0;
  std::vector<std::string> flags;  ///< for clang, all paths absolute
  std::string text;
  std::string included_text;            ///< of the files that the text includes
  std::vector<std::string> named_maps;  ///< as in CompletedText
  std::vector<MapUse> increments;       ///< as increments_in gives them
  std::string file_name;
  std::vector<std::string> cflags;  ///< as the user gave them, for the record
  std::string directory;            ///< as Object::directory()
  std::string kernel_build_id;
  compiler::Registers registers = compiler::Registers::native;
  int fexit_arguments = 0;
  Places places;    ///< folders whose names must not show in the object
  int log_fd = -1;  ///< where libbcc's messages go, to read the rewritten text back
};

/// Returns: the object's bytes, or nothing when libbcc refused the text; its messages are in the log then
/// Throws:  std::runtime_error when libbcc did not behave as it must
[[nodiscard]] std::vector<std::byte> translate(const TranslateRequest& request);

}  // namespace bccxx::worker
