#pragma once
// What libbcc would have sent to the kernel, kept instead. See recording_libbpf.cpp for how its calls end up here.

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bccxx::worker {

struct RecordedMap {
  int stand_in = 0;  ///< the number libbcc takes for a descriptor
  std::string name;  ///< cut to 15 characters by libbcc
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::uint32_t key_type = 0;
  std::uint32_t value_type = 0;
  int inner_stand_in = 0;
  std::string pin_path;
};

struct RecordedProgram {
  std::vector<bpf_insn> code;
  std::vector<bpf_func_info> functions;
  std::vector<bpf_line_info> lines;
};

struct Recording {
  std::vector<RecordedMap> maps;
  std::vector<RecordedProgram> programs;
  std::vector<std::byte> types;
};

[[nodiscard]] Recording& recording();

/// What libbcc takes for the number of possible CPUs, so that maps sized by it can be told from all others.
inline constexpr std::uint32_t stand_in_cpus = 1'000'003;

/// Whether the libbcc that is loaded really calls this process's libbpf functions.
///
/// Throws: std::runtime_error with the reason when it does not
void check_recording_takes();

}  // namespace bccxx::worker
