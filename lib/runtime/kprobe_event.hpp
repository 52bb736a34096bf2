#pragma once
// A return probe as an event of tracefs, the only way to say how many calls may be under way.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/program.hpp>

#include <string>

namespace bccxx::runtime {

/// Throws: AttachError
[[nodiscard]] Link attach_kretprobe_event(const Program& program, const std::string& function, int maxactive);

}  // namespace bccxx::runtime
