#pragma once
// From BPF C text to an object, through the compiler process and the cache.

#include <bccxx/object/object.hpp>
#include <bccxx/support/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bccxx::compiler {

/// Where kernel types come from.
enum class Headers {
  automatic,  ///< BTF first, installed headers when the text does not compile with them
  btf,        ///< BTF alone
  kernel,     ///< installed kernel headers alone
};

/// What `struct pt_regs` stands for in the text (docs/design: a kprobe that cannot be a kprobe).
enum class Registers {
  native,         ///< the machine's registers: kprobes, uprobes
  syscall_enter,  ///< the context of tracepoint syscalls:sys_enter_*
  syscall_exit,   ///< the context of tracepoint syscalls:sys_exit_*
  fentry,         ///< the argument array of fentry
  fexit,          ///< the argument array of fexit; `fexit_arguments` says where the return value is
};

/// Everything that decides the bytes of the object.
struct Request {
  std::string text;
  /// How diagnostics name the text.
  std::string file_name = "<text>";
  /// Relative -I paths and quoted includes are resolved against this; empty means the current directory.
  std::filesystem::path directory;
  std::vector<std::string> cflags;
  Headers headers = Headers::automatic;
  /// The BTF to take types from; empty means the running kernel's.
  std::filesystem::path btf;
  /// Installed kernel headers; empty means those of the running kernel, where they are.
  std::filesystem::path kernel_tree;
  Registers registers = Registers::native;
  int fexit_arguments = 0;
  /// C to put before the text without moving its line numbers, such as readers of USDT arguments.
  std::string preamble;
};

#ifndef BCCXX_WORKER
#define BCCXX_WORKER ""
#endif

/// The compiler process and its limits.
struct Worker {
  /// Empty means the one installed with the library: libexec/bccxx/bccxx-cc beside it (never $PATH).
  std::filesystem::path path;
  /// Looked at last: where the library that the program was built with has it. bccxx's CMake targets define
  /// BCCXX_WORKER, since a program with a static library in it can lie anywhere.
  std::filesystem::path packaged = BCCXX_WORKER;
  std::chrono::milliseconds timeout{60'000};
  std::chrono::seconds cpu_time{60};
  /// Address space in bytes; 0 means no limit.
  std::size_t memory_size = std::size_t{4} << 30U;
};

/// Where compiled objects are kept.
struct Cache {
  enum class Mode { on, off };
  Mode mode = Mode::on;
  /// Empty means $BCCXX_CACHE_DIR, else /var/cache/bccxx for root, else the user's cache directory.
  std::filesystem::path directory;
  std::uint64_t max_size = std::uint64_t{256} << 20U;
};

/// Where an object came from.
enum class Origin { compiled, cached };

struct Result {
  object::Object object;
  Origin origin = Origin::compiled;
  /// Why the cache was not used although it is on; empty otherwise.
  std::string cache_note;
  /// Warnings of the compiler.
  std::string log;
};

/// Fetches the object of a request from the cache, or compiles and keeps it.
///
/// Throws: CompileError for wrong text, WorkerError when the compiler process failed, SystemError for unreadable BTF
[[nodiscard]] BCCXX_API Result compile(const Request& request, const Worker& worker = {}, const Cache& cache = {});

}  // namespace bccxx::compiler
