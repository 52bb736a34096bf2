// Opening bytes with libbpf.

#include "runtime/bpf_object.hpp"

#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <bccxx/support/error.hpp>

#include <fcntl.h>
#include <cerrno>

namespace bccxx::runtime {

BpfObject open_bpf_object(const object::Object& object) {
  const support::LibbpfLog log;
  bpf_object_open_opts options = {};
  options.sz = sizeof(options);
  // One name for all: the names of .data and .rodata maps begin with it and must agree between variants.
  options.object_name = "bccxx";
  const auto bytes = object.bytes();
  BpfObject opened(bpf_object__open_mem(bytes.data(), bytes.size(), &options));
  if (!opened) {
    const auto code = support::error_code(errno);
    throw LoadError("object", code, code.message(), log.text());
  }
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, opened.get()) { bpf_program__set_autoload(program, false); }
  // Pins are ours: libbpf would make them without looking at what is there.
  for (bpf_map* map : maps_of(opened.get())) bpf_map__set_pin_path(map, nullptr);
  return opened;
}

std::vector<bpf_map*> maps_of(bpf_object* object) {
  std::vector<bpf_map*> maps;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) { maps.push_back(map); }
  return maps;
}

UniqueFd own_descriptor(int fd, const std::string& subject) {
  return UniqueFd(support::check(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "duplicate the descriptor of", subject));
}

}  // namespace bccxx::runtime
