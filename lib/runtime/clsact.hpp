#pragma once
// A direct-action tc filter on the clsact qdisc of a device.

#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/network.hpp>
#include <bccxx/runtime/program.hpp>

#include <memory>

namespace bccxx::runtime {

/// A filter, or the code of what kept it from being made.
struct ClsactFilter {
  int code = 0;
  std::unique_ptr<Link::Holder> holder = {};
};

/// Makes a filter on a device of the calling thread's namespace, and the qdisc where it is not there yet.
///
/// The filter goes with the holder or the process. A qdisc made here goes with the last filter of this process, unless
/// somebody else has put a filter on it.
///
/// Throws: SystemError when there is no way to make sure of that
[[nodiscard]] ClsactFilter attach_clsact(const Program& program, unsigned device_index, TcDirection direction);

}  // namespace bccxx::runtime
