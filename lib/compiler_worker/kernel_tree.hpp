#pragma once
// Installed kernel headers: where they are, and how to point libbcc at them.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bccxx::worker {

struct KernelTree {
  std::filesystem::path source;       ///< has include/linux/kconfig.h
  std::vector<std::string> includes;  ///< further -I flags, where a distribution keeps generated headers apart
};

/// The tree at `given`, or that of the running kernel when it is empty. Understands plain source trees,
/// /lib/modules/VERSION and Debian's pair of linux-headers-VERSION and linux-headers-VERSION-common.
///
/// Returns: nullopt when there is none
[[nodiscard]] std::optional<KernelTree> find_kernel_tree(const std::filesystem::path& given);

}  // namespace bccxx::worker
