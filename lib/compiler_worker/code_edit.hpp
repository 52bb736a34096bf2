#pragma once
// Instructions replaced by several, with every jump still going where it went.

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace bccxx::worker {

/// Collects what is to be put in the place of single instructions, none of which jumps.
class CodeEdit {
 public:
  /// A jump to `at` will go to the first of them. Replacing it again replaces what was said before.
  void replace(std::size_t at, std::vector<bpf_insn> by) { replacements_[at] = std::move(by); }

  /// Makes the edits.
  ///
  /// Returns: where each instruction of the old code is in the new one, and after them the new length
  /// Throws:  std::length_error when a jump would be too far
  [[nodiscard]] std::vector<std::size_t> apply(std::vector<std::uint64_t>& code) const;

 private:
  std::map<std::size_t, std::vector<bpf_insn>> replacements_;
};

}  // namespace bccxx::worker
