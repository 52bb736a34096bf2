// The libbpf functions libbcc uses to reach the kernel, defined in the executable. The dynamic linker looks there
// first, so libbcc's calls end here and nothing is created, loaded, opened or pinned.

#include "compiler_worker/libbcc/recording.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bccxx::worker {
namespace {

// Far from any real descriptor: closing one by mistake hits nothing.
int next_stand_in() {
  static int last = 1 << 24;
  return ++last;
}

template <typename T>
std::vector<T> copy_records(const void* first, std::uint32_t count, std::uint32_t record_size) {
  std::vector<T> records(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::memcpy(&records[i], static_cast<const std::byte*>(first) + std::size_t{i} * record_size,
                std::min<std::size_t>(record_size, sizeof(T)));
  }
  return records;
}

int refuse() {
  errno = EPERM;
  return -EPERM;
}

}  // namespace

Recording& recording() {
  static Recording made;
  return made;
}

}  // namespace bccxx::worker

using bccxx::worker::next_stand_in;
using bccxx::worker::recording;
using bccxx::worker::refuse;

extern "C" {

int bpf_map_create(enum bpf_map_type type, const char* name, __u32 key_size, __u32 value_size, __u32 max_entries,
                   const struct bpf_map_create_opts* options) {
  bccxx::worker::RecordedMap map;
  map.stand_in = next_stand_in();
  map.name = name == nullptr ? "" : name;
  map.type = static_cast<std::uint32_t>(type);
  map.key_size = key_size;
  map.value_size = value_size;
  map.max_entries = max_entries;
  if (options != nullptr) {
    map.flags = options->map_flags;
    map.key_type = options->btf_key_type_id;
    map.value_type = options->btf_value_type_id;
    map.inner_stand_in = static_cast<int>(options->inner_map_fd);
  }
  recording().maps.push_back(map);
  return map.stand_in;
}

int bpf_prog_load(enum bpf_prog_type /*type*/, const char* /*name*/, const char* /*license*/,
                  const struct bpf_insn* code, size_t count, const struct bpf_prog_load_opts* options) {
  bccxx::worker::RecordedProgram program;
  program.code.assign(code, code + count);
  if (options != nullptr && options->func_info != nullptr) {
    program.functions = bccxx::worker::copy_records<bpf_func_info>(options->func_info, options->func_info_cnt,
                                                                   options->func_info_rec_size);
  }
  if (options != nullptr && options->line_info != nullptr) {
    program.lines = bccxx::worker::copy_records<bpf_line_info>(options->line_info, options->line_info_cnt,
                                                               options->line_info_rec_size);
  }
  recording().programs.push_back(std::move(program));
  return next_stand_in();
}

int btf__load_into_kernel(struct btf* types) {
  __u32 size = 0;
  const auto* raw = static_cast<const std::byte*>(btf__raw_data(types, &size));
  if (raw == nullptr) return refuse();
  recording().types.assign(raw, raw + size);
  return 0;
}

// Every pin looks absent and free to make, so libbcc creates the map and tells where it should be pinned.
int bpf_obj_get(const char* /*path*/) {
  errno = ENOENT;
  return -ENOENT;
}

int bpf_obj_pin(int stand_in, const char* path) {
  for (auto& map : recording().maps) {
    if (map.stand_in == stand_in) map.pin_path = path;
  }
  return 0;
}

struct btf* btf__load_vmlinux_btf(void) {
  errno = ENOENT;
  return nullptr;
}

int libbpf_find_vmlinux_btf_id(const char* /*name*/, enum bpf_attach_type /*type*/) { return refuse(); }
int bpf_obj_get_info_by_fd(int /*fd*/, void* /*info*/, __u32* /*size*/) { return refuse(); }
int bpf_map_get_fd_by_id(__u32 /*id*/) { return refuse(); }
int bpf_map_update_elem(int /*fd*/, const void* /*key*/, const void* /*value*/, __u64 /*flags*/) { return refuse(); }
int bpf_map_lookup_elem(int /*fd*/, const void* /*key*/, void* /*value*/) { return refuse(); }
int bpf_map_delete_elem(int /*fd*/, const void* /*key*/) { return refuse(); }
int bpf_map_get_next_key(int /*fd*/, const void* /*key*/, void* /*next*/) { return refuse(); }
int bpf_prog_attach(int /*program*/, int /*target*/, enum bpf_attach_type /*type*/, unsigned int /*flags*/) {
  return refuse();
}
int bpf_raw_tracepoint_open(const char* /*name*/, int /*program*/) { return refuse(); }

}  // extern "C"
