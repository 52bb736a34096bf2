#pragma once
// libbpf's view of an object's bytes, for as long as maps or a program are being made from them.

#include <bccxx/object/object.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <bpf/libbpf.h>

#include <memory>
#include <string>
#include <vector>

namespace bccxx::runtime {

struct CloseBpfObject {
  void operator()(bpf_object* object) const noexcept { bpf_object__close(object); }
};
using BpfObject = std::unique_ptr<bpf_object, CloseBpfObject>;

/// Opens the bytes with every program switched off, so that loading makes maps alone.
///
/// Throws: LoadError
[[nodiscard]] BpfObject open_bpf_object(const object::Object& object);

/// The maps in the order of the object.
[[nodiscard]] std::vector<bpf_map*> maps_of(bpf_object* object);

/// A descriptor of our own for one that libbpf is going to close.
[[nodiscard]] UniqueFd own_descriptor(int fd, const std::string& subject);

}  // namespace bccxx::runtime
