#pragma once
// Stack traces with names: the tables of addresses or build ids, and the symbols of their processes.

#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>
#include <bccxx/symbols/symboliser.hpp>
#include <bccxx/tables/stack.hpp>
#include <bccxx/tables/stack_build_id.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace bccxx {

/// A stack table (BPF_STACK_TRACE) whose stacks can be walked by name.
///
/// Source:  bcc StackTrace with sym() or ksym() for each address
/// Example: tests/programs/facade/stack_walk_test.cpp
class BCCXX_API StackTraceTable : public StackTable {
 public:
  StackTraceTable(MapPtr map, std::shared_ptr<Symboliser> symbols);

  /// The frames of a stack, innermost first. `pid` is the process of a user stack; -1 names a kernel stack.
  ///
  /// Shape:  Symboliser::resolve_stack tells what is looked up for callers
  /// Throws: KeyError when there is no such stack, as for the negative ids that get_stackid gives for an error
  [[nodiscard]] std::vector<Frame> walk(std::int64_t id, int pid) const;

  [[nodiscard]] Symboliser& symbols() const noexcept { return *symbols_; }

 private:
  std::shared_ptr<Symboliser> symbols_;
};

/// A table of build-id stacks (BPF_STACK_TRACE_BUILDID) whose stacks can be walked by name, also when their process
/// has gone: from debug files, from the binaries given to Symboliser::add_module, and from those met so far.
///
/// Example: tests/programs/facade/stack_walk_test.cpp
class BCCXX_API BuildIdStackTraceTable : public StackBuildIdTable {
 public:
  BuildIdStackTraceTable(MapPtr map, std::shared_ptr<Symboliser> symbols);

  /// The frames of a stack, innermost first. A process that still lives is remembered, with all it has mapped. Entries
  /// for which the kernel found no build id are addresses, which only `pid` can give names; -1 when it is not known.
  ///
  /// Throws: KeyError when there is no such stack
  [[nodiscard]] std::vector<Frame> walk(std::int64_t id, int pid = -1) const;

  [[nodiscard]] Symboliser& symbols() const noexcept { return *symbols_; }

 private:
  std::shared_ptr<Symboliser> symbols_;
};

/// What get_stackid refused, as #include <bccxx/stacks.h> counts it in BPF C.
///
/// Units: `weight` is what the text added for each event, such as bytes
struct LostStacks {
  struct Events {
    std::uint64_t events = 0;
    std::uint64_t weight = 0;
  };
  /// Another stack has the slot; a larger table has fewer of these.
  Events collisions;
  /// The kernel could not walk the stack.
  Events unwalkable;
  Events others;
};

}  // namespace bccxx
