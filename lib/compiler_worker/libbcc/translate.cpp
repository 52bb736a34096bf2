// Drives ebpf::BPFModule against the recording and makes an object of what was recorded.

#include "compiler_worker/libbcc/translate.hpp"

#include "compiler_worker/libbcc/map_images.hpp"
#include "compiler_worker/libbcc/program_images.hpp"
#include "compiler_worker/libbcc/recording.hpp"
#include "compiler_worker/libbcc/text_problem.hpp"
#include "compiler_worker/text_frame.hpp"
#include "object/elf_writer.hpp"
#include "support/btf_pointer.hpp"

#include <bcc/bpf_module.h>
#include <bcc/table_storage.h>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bccxx::worker {
namespace {

class Translation {
 public:
  explicit Translation(const TranslateRequest& request)
      : request_(request),
        tables_(ebpf::createSharedTableStorage()),
        external_(declare_external_tables(request.text + '\n' + request.included_text, *tables_)),
        // Debug output of the preprocessor holds the rewritten text, which nothing else gives whole.
        module_(ebpf::DEBUG_PREPROCESSOR, tables_.get(), false, "", false) {}

  std::vector<std::byte> run() {
    std::vector<const char*> flags;
    for (const auto& flag : request_.flags) flags.push_back(flag.c_str());
    if (module_.load_string(request_.framed_text, flags.data(), static_cast<int>(flags.size())) != 0) return {};
    load_functions();
    object::Image image;
    image.types = recording().types;
    image.license = module_.license();
    image.source = request_.text;
    image.source_name = request_.file_name;
    image.cflags = request_.cflags;
    image.directory = request_.directory;
    image.kernel_build_id = request_.kernel_build_id;
    const auto types = read_types(image.types);
    auto maps = make_map_images(module_, *tables_, request_.text, external_, types.get());
    check_increments(maps);
    image.programs = make_program_images(module_, request_, maps, types.get());
    image.maps = std::move(maps.images);
    return object::write_elf(image);
  }

 private:
  void load_functions() {
    for (std::size_t i = 0; i < module_.num_functions(); ++i) {
      auto* code = reinterpret_cast<bpf_insn*>(module_.function_start(i));
      module_.bcc_func_load(BPF_PROG_TYPE_KPROBE, module_.function_name(i), code,
                            static_cast<int>(module_.function_size(i)), module_.license(), 0, 0, nullptr, 0);
    }
    if (recording().programs.size() != module_.num_functions()) {
      throw std::runtime_error("libbcc loaded programs without this process seeing it");
    }
  }

  /// Where the declaration was not seen, the call was not completed, and would count nothing.
  void check_increments(const MapImages& maps) const {
    for (const auto& [name, line] : request_.increments) {
      const auto found = maps.find(name);
      if (!found) continue;
      const auto type = maps.images[*found].spec.type;
      if (type != BPF_MAP_TYPE_PERCPU_HASH && type != BPF_MAP_TYPE_LRU_HASH && type != BPF_MAP_TYPE_LRU_PERCPU_HASH)
        continue;
      throw TextProblem(line, fmt::format("increment would make no keys in {}, which no macro of bcc declares in the "
                                          "text: declare it by one, or use lookup_or_try_init",
                                          name));
    }
  }

  static support::BtfPointer read_types(const std::vector<std::byte>& bytes) {
    if (bytes.empty()) return nullptr;
    support::BtfPointer types(btf__new(bytes.data(), static_cast<__u32>(bytes.size())));
    if (!types) throw std::runtime_error("libbcc made BTF that libbpf cannot read");
    return types;
  }

  const TranslateRequest& request_;
  std::unique_ptr<ebpf::TableStorage> tables_;
  std::vector<std::string> external_;
  ebpf::BPFModule module_;
};

}  // namespace

std::vector<std::byte> translate(const TranslateRequest& request) {
  try {
    return Translation(request).run();
  } catch (const TextProblem& problem) {
    fmt::print(stderr, "\n{}:{}:0: error: {}\n", original_name, problem.line(), problem.what());
    return {};
  }
}

}  // namespace bccxx::worker
