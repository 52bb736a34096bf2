#pragma once
// Reading what an iterator program prints.

#include <bccxx/runtime/link.hpp>
#include <bccxx/support/export.hpp>

#include <string>

namespace bccxx {

/// Runs an attached iterator over all there is and gives the text it wrote with bpf_seq_printf and its like.
///
/// Throws:  SystemError with what the kernel said, EINVAL when the link is no iterator's
/// Kernel:  5.8
/// Source:  bcc attach_iter, after which a script calls iter_create and reads
/// Example: tests/programs/facade/iterator_test.cpp
[[nodiscard]] BCCXX_API std::string read_iterator(const Link& link);

}  // namespace bccxx
