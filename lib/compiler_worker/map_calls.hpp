#pragma once
// Uses of maps that libbcc gets wrong, put into words that it gets right. Lines stay where they are.

#include <string>
#include <string_view>
#include <vector>

namespace bccxx::worker {

/// The place of a map's address: bpf_pseudo_fd(1, first_named_map + i) stands for CompletedText::named_maps[i].
inline constexpr int first_named_map = 0x6bcc0000;

/// A use that cannot be meant as it stands.
struct MapProblem {
  int line = 0;
  int column = 0;
  std::string message;
};

struct CompletedText {
  std::string text;
  std::vector<std::string> named_maps;
  std::vector<MapProblem> problems;
};

/// What is done:
/// - increment and atomic_increment create missing keys of per-CPU and LRU hashes, too; libbcc's leave them out;
/// - helpers take `&map`, which is no map to the verifier otherwise;
/// - ringbuf_output takes arrays, of which libbcc dies;
/// - perf_submit_skb, sock_map_update and sock_hash_update may stand in an expression.
/// Maps may also be declared in what the text includes.
[[nodiscard]] CompletedText complete_map_calls(const std::string& text, const std::string& included = {});

/// A map in use.
struct MapUse {
  std::string map;
  int line = 0;
};
/// The calls of increment and atomic_increment that a completed text leaves to libbcc.
[[nodiscard]] std::vector<MapUse> increments_in(const std::string& text);

}  // namespace bccxx::worker
