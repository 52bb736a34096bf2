#pragma once
// Runs a function in a child process, so that its crash, its exit or its working directory are only the child's.

#include <bccxx/support/unique_fd.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bccxx::worker {

struct IsolatedResult {
  int exit_status = 0;
  int signal = 0;  ///< not 0 when the child was killed
  std::string standard_output;
  std::string standard_error;
  std::string failure;  ///< the text of an exception the function threw
  std::vector<std::byte> result;
};

struct IsolatedSetting {
  std::filesystem::path directory;                               ///< where the child works
  std::vector<std::pair<std::string, std::string>> environment;  ///< all there is
};

/// The function gets the descriptor of the child's standard error, a file it can read back.
///
/// Throws: SystemError when no child can be made
[[nodiscard]] IsolatedResult run_isolated(const IsolatedSetting& setting,
                                          const std::function<std::vector<std::byte>(int log)>& function);

}  // namespace bccxx::worker
