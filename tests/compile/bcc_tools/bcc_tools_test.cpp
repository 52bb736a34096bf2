// The BPF texts of bcc's own tools, against types from this kernel's BTF and no kernel headers.
#include "common/folder.hpp"

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

/// What a text names that a kernel may lack: NAME TAG or NAME TAG.MEMBER.
std::map<std::string, std::string> possible_lacks() {
  std::map<std::string, std::string> result;
  for (const std::string& row : rows(here / "lacking_types.txt")) {
    std::istringstream words(row);
    std::string name;
    words >> name >> result[name];
  }
  return result;
}

}  // namespace

TEST_CASE("what compiles with Debian 6.1's headers compiles with none", "[bcc_tools]") {
  const bccxx::test::Folder texts;
  const int collected =
      run({"/usr/bin/python3", (here / "collect_texts.py").string(), texts.path().string()}, texts.path() / "log");
  INFO(read(texts.path() / "log"));
  REQUIRE(collected == 0);

  const std::vector<std::string> names = rows(here / "compile_with_6.1.txt");
  REQUIRE(names.size() > 150);
  for (const std::string& name : names) {
    INFO(name);
    CHECK(fs::exists(texts.path() / (name + ".c")));
  }

  const KernelTypes kernel;
  const std::map<std::string, std::string> lacks = possible_lacks();
  for (const auto& [name, outcome] : compile_all(texts.path(), names)) {
    const auto lack = lacks.find(name);
    const bool excused = lack != lacks.end() && !kernel.has(lack->second);
    INFO(name << ": exit status " << outcome.status << "\n" << outcome.log);
    if (!excused) {
      CHECK(outcome.status == 0);
    } else {
      CHECK(outcome.status == 1);
      WARN(name << " does not compile: this kernel has no " << lack->second);
    }
  }
}
