// The BPF texts of bcc's own tools, against types from this kernel's BTF and no kernel headers.
#include "common/folder.hpp"
#include "support/mounts.hpp"

#include <bpf/btf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path here = fs::path(BCCXX_SOURCE_DIR) / "tests/compile/bcc_tools";

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Lines without comments.
std::vector<std::string> rows(const fs::path& path) {
  std::vector<std::string> result;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(" \t") + 1);
    if (!line.empty()) result.push_back(line);
  }
  return result;
}

/// Runs a program with both outputs in `log`; its exit status, or 128 and the signal.
int run(std::vector<std::string> arguments, const fs::path& log) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return 127;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What the running kernel's BTF has, its loaded modules' included, asked with nothing of bccxx in between.
class KernelTypes {
 public:
  KernelTypes() : types_(btf__parse("/sys/kernel/btf/vmlinux", nullptr), btf__free) { REQUIRE(types_); }

  /// `TAG` or `TAG.MEMBER`
  [[nodiscard]] bool has(const std::string& name) const {
    const std::size_t dot = name.find('.');
    const std::string tag = name.substr(0, dot);
    for (unsigned id = 1; id < btf__type_cnt(types_.get()); ++id) {
      const btf_type* type = btf__type_by_id(types_.get(), id);
      if (!btf_is_composite(type) || tag != btf__name_by_offset(types_.get(), type->name_off)) continue;
      if (dot == std::string::npos || has_member(type, name.substr(dot + 1))) return true;
    }
    return dot == std::string::npos && a_module_has(tag);
  }

 private:
  [[nodiscard]] static bool a_module_has(const std::string& tag) {
    for (const auto& entry : fs::directory_iterator("/sys/kernel/btf")) {
      const bool vmlinux = entry.path().filename() == "vmlinux";
      if (!vmlinux && read(entry.path()).find('\0' + tag + '\0') != std::string::npos) return true;
    }
    return false;
  }

  [[nodiscard]] bool has_member(const btf_type* type, const std::string& member) const {
    for (int i = 0; i < btf_vlen(type); ++i) {
      const auto& candidate = btf_members(type)[i];
      if (member == btf__name_by_offset(types_.get(), candidate.name_off)) return true;
      const btf_type* inner = btf__type_by_id(types_.get(), candidate.type);
      if (candidate.name_off == 0 && btf_is_composite(inner) && has_member(inner, member)) return true;
    }
    return false;
  }

  std::unique_ptr<btf, void (*)(btf*)> types_;
};

struct Outcome {
  int status = -1;
  std::string log;
};

/// Compiles the texts of those names, two at a time.
std::map<std::string, Outcome> compile_all(const fs::path& texts, const std::vector<std::string>& names) {
  std::map<std::string, Outcome> outcomes;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < names.size(); i = next++) {
      const fs::path text = texts / (names[i] + ".c");
      std::vector<std::string> command{std::string(BCCXX_BINARY_DIR) + "/libexec/bccxx/bccxx-cc", text.string(),
                                       "--headers=btf", "-o", (texts / (names[i] + ".o")).string()};
      for (const std::string& flag : rows(texts / (names[i] + ".flags"))) {
        if (flag.compare(0, 2, "-D") == 0) command.push_back(flag);
      }
      const fs::path log = texts / (names[i] + ".log");
      const int status = run(command, log);
      const std::lock_guard lock(mutex);
      outcomes[names[i]] = {status, read(log)};
    }
  };
  std::thread second(work);
  work();
  second.join();
  return outcomes;
}

/// Why a text need not compile; see reasons.txt.
struct Reason {
  std::string kind;
  std::string what;
};

std::map<std::string, Reason> reasons() {
  std::map<std::string, Reason> result;
  for (const std::string& row : rows(here / "reasons.txt")) {
    std::istringstream words(row);
    std::string name;
    Reason reason;
    words >> name >> reason.kind >> std::ws;
    std::getline(words, reason.what);
    result[name] = reason;
  }
  return result;
}

bool has_tracepoint(const std::string& name) {
  const auto tracefs = bccxx::support::find_tracefs();
  const std::size_t colon = name.find(':');
  return tracefs && fs::exists(*tracefs + "/events/" + name.substr(0, colon) + '/' + name.substr(colon + 1));
}

/// Whether the reason holds for the text on this kernel.
bool holds(const Reason& reason, const std::string& text, const KernelTypes& kernel) {
  if (reason.kind == "type" || reason.kind == "member") return !kernel.has(reason.what);
  if (reason.kind == "tracepoint") return !has_tracepoint(reason.what);
  if (reason.kind == "usdt") return text.find("bpf_usdt_readarg") != std::string::npos;
  return reason.kind == "text";
}

std::set<std::string> names_in(const fs::path& texts) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(texts)) {
    if (entry.path().extension() == ".c") names.insert(entry.path().stem());
  }
  return names;
}

/// Compiles the texts of the tools whose names begin with a letter from `first` to `last`.
void check_tools(char first, char last) {
  const bccxx::test::Folder texts;
  const std::string pattern = std::string("[") + first + '-' + last + "]*";
  const int collected =
      run({"/usr/bin/python3", (here / "collect_texts.py").string(), texts.path().string(), "/usr/sbin", pattern},
          texts.path() / "log");
  INFO(read(texts.path() / "log"));
  REQUIRE(collected == 0);

  const std::set<std::string> names = names_in(texts.path());
  for (const std::string& name : rows(here / "compile_with_6.1.txt")) {
    // Where tools ask for members, a kernel like 6.1 makes no difference to 6.1 itself.
    const bool distinct = name.size() < 4 || name.compare(name.size() - 4, 4, ".6.1") != 0;
    INFO(name);
    if (name[0] >= first && name[0] <= last && distinct) CHECK(names.count(name) == 1);
  }

  const KernelTypes kernel;
  const std::map<std::string, Reason> listed = reasons();
  for (const auto& [name, outcome] : compile_all(texts.path(), {names.begin(), names.end()})) {
    INFO(name << ": exit status " << outcome.status << "\n" << outcome.log);
    const auto reason = listed.find(name);
    if (reason == listed.end() || !holds(reason->second, read(texts.path() / (name + ".c")), kernel)) {
      CHECK(outcome.status == 0);
    } else {
      CHECK(outcome.status == 1);
      WARN(name << " does not compile: " << reason->second.kind << ' ' << reason->second.what);
    }
  }
}

}  // namespace

// In parts, each of which is done before its time is up.
TEST_CASE("bcc's tools from a to e: what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  check_tools('a', 'e');
}

TEST_CASE("bcc's tools from f to o: what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  check_tools('f', 'o');
}

TEST_CASE("bcc's tools from p to s: what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  check_tools('p', 's');
}

TEST_CASE("bcc's tools with t: what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  check_tools('t', 't');
}

TEST_CASE("bcc's tools from u to z: what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  check_tools('u', 'z');
}

TEST_CASE("each reason of a text that need not compile is one the test can check", "[bcc_tools]") {
  const std::vector<std::string> baseline = rows(here / "compile_with_6.1.txt");
  const std::set<std::string> compile(baseline.begin(), baseline.end());
  for (const auto& [name, reason] : reasons()) {
    INFO(name << ' ' << reason.kind << ' ' << reason.what);
    CHECK(std::set<std::string>{"type", "member", "tracepoint", "usdt", "text"}.count(reason.kind) == 1);
    CHECK_FALSE(reason.what.empty());
    // What compiles with headers may only fail for what this kernel lacks.
    if (reason.kind == "text" || reason.kind == "usdt") CHECK(compile.count(name) == 0);
  }
}
