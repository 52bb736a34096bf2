// Calls are found in the bare code; what replaces them goes into the text itself.

#include "compiler_worker/map_calls.hpp"

#include "compiler_worker/bare_code.hpp"
#include "compiler_worker/map_declarations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace bccxx::worker {
namespace {

/// Which argument of a helper is the map.
const std::map<std::string_view, std::size_t>& map_arguments() {
  static const std::map<std::string_view, std::size_t> positions = {
      {"bpf_map_lookup_elem", 0},
      {"bpf_map_update_elem", 0},
      {"bpf_map_delete_elem", 0},
      {"bpf_map_push_elem", 0},
      {"bpf_map_pop_elem", 0},
      {"bpf_map_peek_elem", 0},
      {"bpf_map_lookup_percpu_elem", 0},
      {"bpf_for_each_map_elem", 0},
      {"bpf_redirect_map", 0},
      {"bpf_perf_event_read", 0},
      {"bpf_perf_event_read_value", 0},
      {"bpf_current_task_under_cgroup", 0},
      {"bpf_sk_storage_get", 0},
      {"bpf_sk_storage_delete", 0},
      {"bpf_inode_storage_get", 0},
      {"bpf_inode_storage_delete", 0},
      {"bpf_task_storage_get", 0},
      {"bpf_task_storage_delete", 0},
      {"bpf_cgrp_storage_get", 0},
      {"bpf_cgrp_storage_delete", 0},
      {"bpf_get_local_storage", 0},
      {"bpf_ringbuf_output", 0},
      {"bpf_ringbuf_reserve", 0},
      {"bpf_ringbuf_query", 0},
      {"bpf_user_ringbuf_drain", 0},
      {"bpf_perf_event_output", 1},
      {"bpf_skb_output", 1},
      {"bpf_xdp_output", 1},
      {"bpf_skb_under_cgroup", 1},
      {"bpf_sk_redirect_map", 1},
      {"bpf_sk_redirect_hash", 1},
      {"bpf_msg_redirect_map", 1},
      {"bpf_msg_redirect_hash", 1},
      {"bpf_sock_map_update", 1},
      {"bpf_sock_hash_update", 1},
      {"bpf_sk_select_reuseport", 1},
      {"bpf_timer_init", 1},
  };
  return positions;
}

class Completion {
 public:
  Completion(const std::string& text, const std::string& included) : text_(text), code_(bare_code(text)) {
    maps_.note(included);
    maps_.note(text);
  }

  CompletedText run() {
    for (const auto& name : names_in(code_)) complete(name);
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.place.begin < b.place.begin; });
    std::size_t at = 0;
    for (const auto& edit : edits_) {
      result_.text += text_.substr(at, edit.place.begin - at) + edit.replacement;
      at = edit.place.end;
    }
    result_.text += text_.substr(at);
    return std::move(result_);
  }

 private:
  struct Edit {
    Span place;
    std::string replacement;
  };

  [[nodiscard]] std::string_view code(Span span) const { return trimmed(code_, span); }
  [[nodiscard]] std::string source(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

  void check_hash_of_maps(Span name) {
    const auto call = call_at(code_, name.end);
    if (!call || call->arguments.size() < 3 || source(call->arguments[1]).find('"') == std::string::npos) return;
    const auto at = text_.find('"', call->arguments[1].begin);
    const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    const auto start = text_.rfind('\n', at);
    result_.problems.push_back({static_cast<int>(line),
                                static_cast<int>(start == std::string::npos ? at + 1 : at - start),
                                "BPF_HASH_OF_MAPS takes the type of the key before the name of the inner map: "
                                "BPF_HASH_OF_MAPS(name, int, \"inner\", max_entries)"});
  }

  void complete(Span name) {
    const auto word = code(name);
    if (const auto helper = map_arguments().find(word); helper != map_arguments().end()) {
      complete_helper(name, helper->second);
    } else if (word == "ringbuf_output" || word == "ringbuf_submit") {
      complete_ring_buffer(name);
    } else if (word == "BPF_HASH_OF_MAPS") {
      check_hash_of_maps(name);
    } else if (maps_.names().count(std::string(word)) != 0) {
      complete_method(name);
    }
  }

  void complete_helper(Span name, std::size_t position) {
    const auto call = call_at(code_, name.end);
    if (!call || call->arguments.size() <= position) return;
    auto argument = code(call->arguments[position]);
    const auto address = argument.rfind('&');
    if (address == std::string_view::npos) return;
    const auto cast = argument.substr(0, address);
    if (cast.find_first_not_of("()void* \t") != std::string_view::npos) return;
    auto map = argument.substr(address + 1);
    while (!map.empty() && is_blank(map.front())) map.remove_prefix(1);
    const auto known = maps_.names().find(std::string(map));
    if (known == maps_.names().end()) return;
    const auto begin = static_cast<std::size_t>(argument.data() - code_.data());
    replace({begin, begin + argument.size()}, fmt::format("((void *)bpf_pseudo_fd(1, {:#x}))", number_of(*known)));
  }

  /// libbcc asks what the first argument points to, and of an array or a string it dies. Behind a comma they are
  /// pointers. It looks through casts for a struct's address, so that one is left alone.
  void complete_ring_buffer(Span name) {
    const auto call = call_at(code_, name.end);
    if (!call || call->arguments.size() < 2) return;
    const auto argument = call->arguments.front();
    auto begin = skip_blank(code_, argument.begin);
    for (auto cast = call_at(code_, begin); cast && cast->close < argument.end; cast = call_at(code_, begin)) {
      if (code_[skip_blank(code_, begin + 1)] == '&') return;
      begin = skip_blank(code_, cast->close + 1);
    }
    if (code_[begin] == '&' || source(argument).find_first_not_of(" \t\r\n") == std::string::npos) return;
    replace({argument.begin, argument.begin}, "((void)0, ");
    replace({argument.end, argument.end}, ")");
  }

  int number_of(const std::string& map) {
    auto& named = result_.named_maps;
    const auto found = std::find(named.begin(), named.end(), map);
    const auto index = found - named.begin();
    if (found == named.end()) named.push_back(map);
    return first_named_map + static_cast<int>(index);
  }

  void complete_method(Span map) {
    const auto dot = skip_blank(code_, map.end);
    if (dot >= code_.size() || code_[dot] != '.') return;
    const auto begin = skip_blank(code_, dot + 1);
    auto end = begin;
    while (end < code_.size() && is_name_part(code_[end])) ++end;
    const auto method = code({begin, end});
    const auto call = call_at(code_, end);
    if (!call) return;
    const bool increments = method == "increment" || method == "atomic_increment";
    if (increments && maps_.is_incomplete(std::string(code(map)))) {
      complete_increment(std::string(code(map)), map.begin, *call, method == "increment");
    } else if (method == "perf_submit_skb" || method == "sock_map_update" || method == "sock_hash_update") {
      // libbcc ends these with a semicolon.
      replace({map.begin, map.begin}, "({ int bccxx_result = ");
      replace({call->close + 1, call->close + 1}, "; bccxx_result; })");
    }
  }

  void complete_increment(const std::string& map, std::size_t begin, const Call& call, bool plain) {
    if (call.arguments.size() > 2 || code(call.arguments[0]).empty()) return;
    replace({begin, call.open + 1}, fmt::format("({{ typeof({}.key) bccxx_key = ", map));
    const auto step = fmt::format("; typeof({}.leaf) bccxx_step = ", map);
    if (call.arguments.size() == 2) replace({call.arguments[0].end, call.arguments[1].begin}, step);
    replace({call.close, call.close + 1},
            fmt::format("{1}; typeof({0}.leaf) bccxx_zero; __builtin_memset(&bccxx_zero, 0, sizeof(bccxx_zero)); "
                        "typeof({0}.leaf) *bccxx_leaf = {0}.lookup_or_try_init(&bccxx_key, &bccxx_zero); "
                        "if (bccxx_leaf) {2}; }})",
                        map, call.arguments.size() == 2 ? "" : step + "1",
                        plain ? "*bccxx_leaf += bccxx_step" : "lock_xadd(bccxx_leaf, bccxx_step)"));
  }

  /// What is replaced may span lines, and these must stay.
  void replace(Span place, std::string replacement) {
    const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(place.begin);
    const auto breaks = std::count(begin, text_.begin() + static_cast<std::ptrdiff_t>(place.end), '\n');
    replacement.append(static_cast<std::size_t>(breaks), '\n');
    edits_.push_back({place, std::move(replacement)});
  }

  const std::string& text_;
  const std::string code_;
  MapDeclarations maps_;
  std::vector<Edit> edits_;
  CompletedText result_;
};

}  // namespace

CompletedText complete_map_calls(const std::string& text, const std::string& included) {
  return Completion(text, included).run();
}

std::vector<MapUse> increments_in(const std::string& text) {
  std::vector<MapUse> uses;
  const auto code = bare_code(text);
  for (const auto& map : names_in(code)) {
    const auto dot = skip_blank(code, map.end);
    if (dot >= code.size() || code[dot] != '.') continue;
    const auto begin = skip_blank(code, dot + 1);
    auto end = begin;
    while (end < code.size() && is_name_part(code[end])) ++end;
    const auto method = trimmed(code, {begin, end});
    if (method != "increment" && method != "atomic_increment") continue;
    const auto line = std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(map.begin), '\n') + 1;
    uses.push_back({std::string(trimmed(code, map)), static_cast<int>(line)});
  }
  return uses;
}

}  // namespace bccxx::worker
