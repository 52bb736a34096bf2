#pragma once
// What the library and the compiler process say to each other: one request, one answer, on a descriptor of its own.

#include <bccxx/compiler/compile.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bccxx::compiler {

/// The descriptor number on which the compiler process finds its end, a stream socket.
inline constexpr int protocol_fd = 3;

/// The only argument of a compiler process that is to serve one request on protocol_fd and exit with status 0.
inline constexpr const char* serve_option = "--serve";

/// No message is larger, in either direction.
inline constexpr std::size_t max_message_size = std::size_t{128} << 20U;

struct Answer {
  enum class Status {
    object,         ///< `object` holds the bytes; diagnostics are warnings
    compile_error,  ///< the text is wrong
    failure,        ///< the compiler process could not work; `message` says why
  };
  Status status = Status::failure;
  std::vector<Diagnostic> diagnostics;
  std::string log;
  std::string message;
  std::vector<std::byte> object;
  /// Absolute paths of all files that decided the bytes: quoted includes, headers of an installed kernel tree,
  /// tracepoint formats, and the shared libraries loaded (dl_iterate_phdr), but no temporary files of the process's
  /// own. The cache checks them before it uses the object again; it keeps nothing when the list is empty.
  std::vector<std::string> files;
};

/// The bytes of a request or answer, with a magic number, version and length in front.
///
/// Throws: std::length_error when they would exceed max_message_size
[[nodiscard]] BCCXX_API std::vector<std::byte> encode(const Request& request);
[[nodiscard]] BCCXX_API std::vector<std::byte> encode(const Answer& answer);

/// Throws: std::runtime_error for bytes that are not what encode() makes
[[nodiscard]] BCCXX_API Request decode_request(std::span<const std::byte> bytes);
[[nodiscard]] BCCXX_API Answer decode_answer(std::span<const std::byte> bytes);

/// How many bytes the message that starts with `bytes` has in all; 0 while there are too few to tell.
///
/// Throws: std::runtime_error when it is no message, or too large a one
[[nodiscard]] BCCXX_API std::size_t message_size(std::span<const std::byte> bytes);

}  // namespace bccxx::compiler
