// uname(2) as text.

#include "support/kernel_release.hpp"

#include <sys/utsname.h>

namespace bccxx::support {

std::string kernel_release() {
  utsname names = {};
  if (::uname(&names) != 0) return "an unknown kernel";
  return std::string(names.sysname) + " " + names.release;
}

}  // namespace bccxx::support
