#pragma once
// A program of two instructions, r0 = 0 and exit: what the kernel says to it, it says to the hook, not to the text.

#include <bccxx/support/unique_fd.hpp>

#include <bpf/bpf.h>

#include <string>

namespace bccxx::runtime {

/// Returns: the descriptor, or -errno in its place
[[nodiscard]] UniqueFd load_smallest(bpf_prog_type type, bpf_prog_load_opts options = {});

/// The same for a function or hook in the kernel's BTF; -ESRCH where it has none of that name.
[[nodiscard]] UniqueFd load_smallest_at(bpf_prog_type type, bpf_attach_type attach, const std::string& target);

}  // namespace bccxx::runtime
