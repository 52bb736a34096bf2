#pragma once
// A text as it is without the marks of the editor that wrote it.

#include <string>

namespace bccxx::worker {

/// The text without a byte-order mark, its lines ended by line feeds alone: libbcc puts lines of its own before the
/// text and within it, and there clang takes no such mark. Lines and their columns stay.
[[nodiscard]] std::string plain_text(std::string text);

}  // namespace bccxx::worker
