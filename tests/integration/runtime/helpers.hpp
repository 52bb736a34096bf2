#pragma once
// Objects made by clang, and processes that make events happen.

#include <bccxx/object/object.hpp>
#include <bccxx/support/unique_fd.hpp>
#include <bccxx/tables/map.hpp>

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace bccxx::testing {

/// tests/integration/objects/NAME.bpf.c as compiled.
object::Object test_object(const std::string& name);

using Comm = std::array<char, 16>;
Comm comm(const std::string& name);

/// The value of a u64 map, or 0 for an absent key.
std::uint64_t value_of(const Map& map, const void* key);
inline std::uint64_t count_of(const Map& map, const std::string& name) {
  const auto key = comm(name);
  return value_of(map, key.data());
}

/// Runs `work` in a child process called `name` and waits; the exit status of the child.
int in_child(const std::string& name, const std::function<int()>& work);

/// Executes /bin/true `times` times out of processes called `name`; it is called `program` then.
void run_execs(const std::string& name, int times, const std::string& program = "true");

/// The program of tests/integration/targets, stopped before its calls.
class Target {
 public:
  /// `binary` is a file of that folder as built, or a path; `before_exec` runs in the child.
  Target(const std::string& name, const std::string& function, int times, const std::string& binary = "bccxx_target",
         const std::function<void()>& before_exec = {});
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Makes the calls and waits for the end.
  void run();

 private:
  pid_t pid_ = -1;
  UniqueFd to_;
  UniqueFd from_;
};

/// The path of a file of tests/integration/targets as built.
std::string target_path(const std::string& file);

/// A comm no other process has.
std::string unique_comm();

}  // namespace bccxx::testing
