#pragma once
// The AttachError of an attach that had one way to try.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>

#include <string>
#include <vector>

namespace bccxx::runtime {

/// Throws AttachError for a program that could not be attached to `target` in the way of `via`. Without a hint, one is
/// added where `code` says that a privilege is missing.
[[noreturn]] BCCXX_API void fail_attach(const Program& program, AttachVia via, const std::string& target, int code,
                                        std::string reason, std::string hint = {});

/// What this process lacks for `via`, where `code` is EPERM or EACCES and something is known to be lacking.
[[nodiscard]] std::string permission_hint(AttachVia via, int code);

/// "did you mean a or b?", or nothing.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& nearest);

}  // namespace bccxx::runtime
