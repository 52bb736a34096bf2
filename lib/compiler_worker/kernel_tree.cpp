// Debian's build directory names its common part in its Makefile.

#include "compiler_worker/kernel_tree.hpp"

#include "support/file.hpp"

#include <sys/utsname.h>

#include <regex>

namespace bccxx::worker {
namespace {

namespace fs = std::filesystem;

bool is_source(const fs::path& directory) {
  std::error_code ignored;
  return fs::is_regular_file(directory / "include/linux/kconfig.h", ignored);
}

std::string architecture(const std::string& machine) {
  if (machine == "aarch64") return "arm64";
  if (machine.rfind("ppc", 0) == 0) return "powerpc";
  if (machine.rfind("riscv", 0) == 0) return "riscv";
  if (machine == "s390x") return "s390";
  return "x86";
}

fs::path common_part(const fs::path& build) {
  static const std::regex include(R"(^\s*include\s+(/\S+)/Makefile\s*$)", std::regex::multiline);
  const auto makefile = support::read_small_file((build / "Makefile").string()).value_or("");
  std::smatch match;
  return std::regex_search(makefile, match, include) ? fs::path(match[1].str()) : fs::path();
}

KernelTree split_tree(const fs::path& source, const fs::path& build, const std::string& arch) {
  KernelTree tree{source, {}};
  for (const auto& part : {"arch/" + arch + "/include/generated", std::string("include"),
                           "arch/" + arch + "/include/generated/uapi", std::string("include/generated/uapi")}) {
    tree.includes.push_back("-I" + (build / part).string());
  }
  return tree;
}

}  // namespace

std::optional<KernelTree> find_kernel_tree(const fs::path& given) {
  utsname running{};
  ::uname(&running);
  const auto arch = architecture(running.machine);
  const auto place = given.empty() ? fs::path("/lib/modules") / running.release : fs::absolute(given);
  std::error_code ignored;
  if (is_source(place)) return KernelTree{fs::canonical(place, ignored), {}};
  for (const auto& build : {place / "build", place}) {
    if (!fs::is_directory(build, ignored)) continue;
    const auto real = fs::canonical(build, ignored);
    if (is_source(real)) return KernelTree{real, {}};
    for (const auto& source : {place / "source", common_part(real)}) {
      if (!source.empty() && is_source(source)) return split_tree(fs::canonical(source, ignored), real, arch);
    }
  }
  return std::nullopt;
}

}  // namespace bccxx::worker
