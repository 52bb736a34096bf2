#pragma once
// What a C text names and defines, found by its tokens alone.

#include <string_view>
#include <unordered_set>

namespace bccxx::worker {

using NameSet = std::unordered_set<std::string_view>;

/// The views point into the text that was read.
struct SourceFacts {
  /// Every identifier outside comments and literals.
  NameSet identifiers;
  /// Those that follow struct, union or enum.
  NameSet tags;
  /// Tags whose body the text gives.
  NameSet defined_tags;
  /// Typedefs, enumerators, functions and variables of the text's file scope.
  NameSet defined_names;
  NameSet defined_macros;
  /// Macros that the text takes back, so that it expects somebody else's.
  NameSet undefined_macros;
  /// Identifiers that follow `.` or `->`.
  NameSet used_members;
  /// The kinds of iterator that BPF_ITER(kind) takes a context of.
  NameSet iterators;
  /// Identifiers that a declarator ends with, members of the text's own structs among them.
  NameSet declared;
  /// Whether macros may name what the tokens do not show: `a##b`, or a tag that is a macro's parameter.
  bool composes_names = false;
};

/// Adds what `text` holds to `facts`.
void read_source(std::string_view text, SourceFacts& facts);

}  // namespace bccxx::worker
