// Writes the small BTF with libbpf's btf_dump.
#include "compiler_worker/kernel_headers/type_writer.hpp"

#include "compiler_worker/kernel_headers/small_btf.hpp"
#include "support/libbpf_log.hpp"
#include "support/system_call.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>

namespace bccxx::worker {
namespace {

struct DumpDeleter {
  void operator()(btf_dump* dump) const { btf_dump__free(dump); }
};

void append(void* context, const char* format, va_list arguments) {
  auto& text = *static_cast<std::string*>(context);
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (size <= 0) return;
  const std::size_t before = text.size();
  text.resize(before + static_cast<std::size_t>(size) + 1);
  std::vsnprintf(text.data() + before, static_cast<std::size_t>(size) + 1, format, arguments);
  text.pop_back();
}

}  // namespace

std::string write_types(const TypeClosure& closure) {
  const SmallBtf small(closure);
  const BtfPointer types = small.build();
  const support::LibbpfLog log;
  std::string text;
  const std::unique_ptr<btf_dump, DumpDeleter> dump(btf_dump__new(types.get(), append, &text, nullptr));
  if (!dump) support::fail(errno, "write", "kernel types");
  for (const TypeId id : small.definitions()) {
    support::check_libbpf(btf_dump__dump_type(dump.get(), id), "write", "kernel type");
  }
  return text;
}

}  // namespace bccxx::worker
