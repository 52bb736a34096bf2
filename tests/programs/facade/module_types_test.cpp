// Types that only a loaded module of the kernel has, for a text that names one.

#include "common/skip.hpp"

#include <bccxx/bpf.hpp>

#include <bpf/btf.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>

using namespace bccxx;

namespace {

namespace fs = std::filesystem;
using Btf = std::unique_ptr<btf, void (*)(btf*)>;

/// The name of a struct that the kernel itself lacks; empty when no loaded module has one.
std::string struct_of_a_module() {
  const Btf kernel(btf__parse("/sys/kernel/btf/vmlinux", nullptr), btf__free);
  REQUIRE(kernel);
  for (const auto& entry : fs::directory_iterator("/sys/kernel/btf")) {
    if (entry.path().filename() == "vmlinux") continue;
    const Btf module(btf__parse_split(entry.path().c_str(), kernel.get()), btf__free);
    for (auto id = btf__type_cnt(kernel.get()); module && id < btf__type_cnt(module.get()); ++id) {
      const auto* type = btf__type_by_id(module.get(), id);
      const std::string name = btf__name_by_offset(module.get(), type->name_off);
      if (!btf_is_struct(type) || name.empty() || type->size == 0) continue;
      if (btf__find_by_name_kind(kernel.get(), name.c_str(), BTF_KIND_STRUCT) < 0) return name;
    }
  }
  return {};
}

}  // namespace

TEST_CASE("a text may name a type of a loaded module", "[kprobe]") {
  const auto name = struct_of_a_module();
  if (name.empty()) return test::skip("no loaded module shows types of its own in /sys/kernel/btf");
  INFO(name);
  Options options{.headers = compiler::Headers::btf, .auto_attach = AutoAttach::off};
  options.cache.mode = compiler::Cache::Mode::off;
  const auto text = "int f(struct pt_regs *ctx) { return sizeof(struct " + name + "); }\n";
  CHECK_NOTHROW(BPF(text, options));
  options.btf = "/sys/kernel/btf/vmlinux";
  CHECK_THROWS_AS(BPF(text, options), CompileError);
}
