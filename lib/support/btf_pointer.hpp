#pragma once
// BTF that libbpf allocated, and who frees it.

#include <bpf/btf.h>

#include <memory>

namespace bccxx::support {

struct FreeBtf {
  void operator()(btf* types) const noexcept { btf__free(types); }
};
using BtfPointer = std::unique_ptr<btf, FreeBtf>;

}  // namespace bccxx::support
