// Two questions in C, each of which is 0 where there is nothing to ask.

#include <bccxx/runtime/containers.hpp>

#include "tables/pin.hpp"

#include <bccxx/support/error.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>

namespace bccxx {
namespace {

constexpr const char* cgroup_question = R"(
static inline int bccxx_cgroup_is_unwanted(void) {
  u64 id = bpf_get_current_cgroup_id();
  return cgroupset.lookup(&id) == 0;
}
)";

// The kernel has the namespace's struct in no header of its own; what is asked for is its first member.
constexpr const char* mount_question = R"(
#include <linux/sched.h>
#include <linux/nsproxy.h>
#include <linux/ns_common.h>
struct bccxx_mount_namespace {
  struct ns_common ns;
};
static inline int bccxx_mount_namespace_is_unwanted(void) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct nsproxy *proxy = 0;
  struct bccxx_mount_namespace *mounts = 0;
  unsigned int number = 0;
  if (bpf_probe_read_kernel(&proxy, sizeof(proxy), &task->nsproxy)) return 0;
  if (bpf_probe_read_kernel(&mounts, sizeof(mounts), &proxy->mnt_ns)) return 0;
  if (bpf_probe_read_kernel(&number, sizeof(number), &mounts->ns.inum)) return 0;
  u64 id = number;
  return mount_ns_set.lookup(&id) == 0;
}
)";

/// The declaration of a set that is pinned at `path`, or will be.
std::string declare(const std::string& name, const std::string& path, std::uint32_t value_size) {
  if (path.find_first_of("\"\\\n$:") != std::string::npos) throw std::invalid_argument("not a path for a pin: " + path);
  std::uint32_t entries = 1024;
  std::uint32_t flags = 0;
  if (const auto pinned = detail::open_pin(path, name)) {
    const auto& info = pinned->info();
    const auto kind = static_cast<MapKind>(info.type);
    if (kind != MapKind::hash) throw TypeMismatch(path, "kind", "hash", to_string(kind));
    if (info.key_size != 8)
      throw TypeMismatch(path, "key", "8 bytes", fmt::format("{} bytes", info.key_size), 8, info.key_size);
    value_size = info.value_size;
    entries = info.max_entries;
    flags = info.flags;
  }
  return fmt::format(
      "struct bccxx_{0}_value {{\n  char bytes[{1}];\n}};\n"
      "BPF_TABLE_PINNED(\"hash\", u64, struct bccxx_{0}_value, {0}, {2}, \"{3}\", {4});\n",
      name, value_size, entries, path, flags);
}

}  // namespace

std::string filter_by_containers(const ContainerMaps& maps) {
  std::string text;
  std::string question;
  if (!maps.cgroupmap.empty()) {
    text += declare("cgroupset", maps.cgroupmap, sizeof(std::uint64_t)) + cgroup_question;
    question = "bccxx_cgroup_is_unwanted()";
  }
  if (!maps.mntnsmap.empty()) {
    text += declare("mount_ns_set", maps.mntnsmap, sizeof(std::uint32_t)) + mount_question;
    question += question.empty() ? "" : " || ";
    question += "bccxx_mount_namespace_is_unwanted()";
  }
  return text + "static inline int container_should_be_filtered(void) {\n  return " +
         (question.empty() ? "0" : question) + ";\n}\n";
}

}  // namespace bccxx
