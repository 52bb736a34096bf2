// The fixed headers, and the numbers of one kernel.
#include "compiler_worker/kernel_headers/base_header.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace bccxx::worker {
namespace {

constexpr const char* integer_types = R"(#pragma once
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef __s8 int8_t;
typedef __u8 uint8_t;
typedef __s16 int16_t;
typedef __u16 uint16_t;
typedef __s32 int32_t;
typedef __u32 uint32_t;
typedef __s64 int64_t;
typedef __u64 uint64_t;
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false = 0, true = 1 };
typedef unsigned long size_t;
typedef long ssize_t;
typedef long ptrdiff_t;
typedef unsigned long uintptr_t;
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_be64 __be64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
#define __bitwise
)";

/// Ticks a second. The coarse clocks advance by one tick.
long ticks_per_second() {
  constexpr long nanoseconds = 1'000'000'000;
  timespec resolution{};
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) != 0 || resolution.tv_nsec <= 0) return 250;
  return (nanoseconds + resolution.tv_nsec / 2) / resolution.tv_nsec;
}

int page_shift() {
  int shift = 0;
  while ((1L << shift) < sysconf(_SC_PAGESIZE)) ++shift;
  return shift;
}

}  // namespace

std::string base_header() { return integer_types; }

std::string kconfig_header() {
  std::string result = "#pragma once\n#define CONFIG_BPF_SYSCALL 1\n#define CONFIG_64BIT 1\n#define CONFIG_MMU 1\n";
#if defined(__aarch64__)
  result += "#define CONFIG_ARM64 1\n";
#else
  result += "#define CONFIG_X86 1\n#define CONFIG_X86_64 1\n";
#endif
  // Every kernel that has BTF has it.
  result += "#define CONFIG_ARCH_HAS_SYSCALL_WRAPPER 1\n";
  result += "#define bccxx_placeholder_1 0,\n";
  return result;
}

std::string version_header(const std::string& release) {
  utsname running{};
  if (release.empty()) uname(&running);
  const char* text = release.empty() ? running.release : release.c_str();
  int major = 0;
  int minor = 0;
  int patch = 0;
  std::sscanf(text, "%d.%d.%d", &major, &minor, &patch);
  const int code = (major << 16) + (minor << 8) + std::min(patch, 255);
  std::string result;
  const auto define = [&result](const char* name, long value) {
    result += std::string("#ifndef ") + name + "\n#define " + name + ' ' + std::to_string(value) + "\n#endif\n";
  };
  // BTF of another kernel does not say which: then the caller's flags do.
  define("LINUX_VERSION_CODE", code);
  define("HZ", ticks_per_second());
  define("PAGE_SHIFT", page_shift());
  return result;
}

}  // namespace bccxx::worker
