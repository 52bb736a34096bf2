#pragma once
// The front door: a BPF program from C text to running probes and typed tables, as bcc's Python class BPF.

#include <bccxx/compiler/compile.hpp>
#include <bccxx/object/object.hpp>
#include <bccxx/runtime/iterator.hpp>
#include <bccxx/runtime/link.hpp>
#include <bccxx/runtime/network.hpp>
#include <bccxx/runtime/perf_sampling.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/runtime/trace_pipe.hpp>
#include <bccxx/runtime/uprobe.hpp>
#include <bccxx/runtime/usdt.hpp>
#include <bccxx/stack_trace.hpp>
#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>
#include <bccxx/symbols/frame.hpp>
#include <bccxx/table_getters.hpp>
#include <bccxx/tables/map.hpp>
#include <bccxx/tables/perf_buffer.hpp>
#include <bccxx/tables/ring_buffer.hpp>
#include <bccxx/tables/user_ring_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct perf_event_attr;

namespace bccxx {

struct Attachment;

/// Whether functions named kprobe__x, TRACEPOINT_PROBE and so on attach by themselves.
enum class AutoAttach { on, off };

/// How a text becomes a running program; every member has a sensible default.
struct Options {
  std::vector<std::string> cflags = {};
  /// Probes whose arguments the text reads by bpf_usdt_readarg; attached like functions named kprobe__x.
  std::vector<USDT> usdt = {};
  compiler::Headers headers = compiler::Headers::automatic;
  /// BTF to take kernel types from; empty means the running kernel's.
  std::filesystem::path btf = {};
  /// Installed kernel headers; empty means those of the running kernel.
  std::filesystem::path kernel_headers = {};
  compiler::Cache cache = {};
  compiler::Worker worker = {};
  AutoAttach auto_attach = AutoAttach::on;
  /// Objects of one namespace share their BPF_TABLE_SHARED tables, those of others do not see them.
  std::string maps_namespace = {};
  /// How the symbols of stack tables and of sym() are looked for.
  SymbolOptions symbols = {};
  /// Hears what bccxx decided on its own: a kprobe that runs from a tracepoint, the implementation of an indirect
  /// function, a cache that was not used, warnings of the compiler. One line each, without a newline.
  std::function<void(std::string_view)> log = {};
};

/// How a kprobe is to be attached.
struct KprobeOptions {
  AttachVia via = AttachVia::automatic;
  /// Bytes from the start of the function; only at its entry, and only by a real kprobe.
  std::uint64_t offset = 0;
  /// For return probes by a real kprobe: how many calls may be under way at once, those beyond are missed; at most
  /// 4096. 0 leaves it to the kernel.
  int maxactive = 0;
};

/// A BPF program text, compiled, with its maps created and its probes attached.
///
/// Everything it attached is detached when it goes. Tables stay usable as long as somebody holds them.
/// Not safe for use from two threads at once; tables are.
///
/// Example: programs/map_hash_simple.cpp
class BCCXX_API BPF : public TableGetters<BPF> {
 public:
  /// Compiles `text` (or takes it from the cache), creates its maps, and attaches what its names say.
  ///
  /// Throws: CompileError, WorkerError, LoadError, VerifierError, AttachError, SystemError
  /// Source: bcc BPF(text=…)
  explicit BPF(std::string text, Options options = {});
  /// The same for a file; diagnostics carry its name, quoted includes are found beside it.
  static BPF from_file(const std::filesystem::path& file, Options options = {});
  /// An object made ahead of time by bccxx-cc, or by any compiler that makes libbpf objects; not one with struct_ops.
  static BPF from_object(const std::filesystem::path& file, Options options = {});
  static BPF from_object(std::span<const std::byte> bytes, Options options = {});

  BPF(BPF&&) noexcept;
  BPF& operator=(BPF&&) noexcept;
  ~BPF();

  /// The object everything runs from.
  [[nodiscard]] const object::Object& object() const noexcept;
  /// Whether the object was compiled now or came from the cache; nullopt for from_object.
  [[nodiscard]] std::optional<compiler::Origin> origin() const noexcept;

  // ---- programs ----

  /// Loads a function as a program of a type, once; loading it again gives the same program.
  ///
  /// The reference is good until unload_func; attachments keep what they run.
  ///
  /// Throws: NotFound, VerifierError, LoadError
  /// Source: bcc load_func
  const Program& load_func(const std::string& name, ProgramType type = ProgramType::unspecified,
                           std::uint32_t expected_attach_type = 0);
  /// Drops this object's hold on the program; attachments keep it.
  void unload_func(const std::string& name);
  /// The names of all functions that can be loaded.
  [[nodiscard]] std::vector<std::string> functions() const;

  // ---- attaching ----
  // A Link& is good until its attachment is ended by the detach_… of its kind, detach_all, or this object's end.

  /// Runs `program` whenever the kernel function is entered. Where the kernel has no kprobes, or the function cannot
  /// take one, the same text runs from a tracepoint or fentry instead; the link says which.
  ///
  /// Throws: AttachError with everything tried, CompileError when the way was chosen and the text reads a register it
  ///         lacks, VerifierError and LoadError for the text itself, std::invalid_argument for options of return probes
  /// Source: bcc attach_kprobe
  Link& attach_kprobe(const std::string& function, const std::string& program, KprobeOptions options = {});
  /// The same when the function returns; PT_REGS_RC(ctx) is its result.
  ///
  /// Throws: as attach_kprobe, std::invalid_argument for an offset
  Link& attach_kretprobe(const std::string& function, const std::string& program, KprobeOptions options = {});
  /// The same for every function whose whole name matches the regular expression. Those that cannot be probed are told
  /// to Options::log and left out.
  ///
  /// Throws: NotFound when none matches, what the first one threw when none could be probed
  /// Source: bcc attach_kprobe(event_re=…)
  std::vector<Link*> attach_kprobes(const std::string& event_re, const std::string& program,
                                    KprobeOptions options = {});
  std::vector<Link*> attach_kretprobes(const std::string& event_re, const std::string& program,
                                       KprobeOptions options = {});
  /// Runs `program` at a tracepoint; `event` is "category:name".
  ///
  /// Throws: AttachError with the nearest names when there is none
  /// Source: bcc attach_tracepoint
  Link& attach_tracepoint(const std::string& event, const std::string& program);
  /// Every tracepoint whose "category:name" begins with a match, as attach_kprobes.
  ///
  /// Source: bcc attach_tracepoint(tp_re=…)
  std::vector<Link*> attach_tracepoints(const std::string& tp_re, const std::string& program);
  /// The same at a raw tracepoint, which is named without its category.
  ///
  /// Kernel: 4.17
  Link& attach_raw_tracepoint(const std::string& event, const std::string& program);
  /// Runs `program` when a user-space function is entered; an IFUNC symbol stands for the implementation in use.
  ///
  /// Throws: AttachError when there is no such binary, function (with the nearest names) or process or the kernel
  ///         refuses, std::invalid_argument unless the target has either a symbol or an address
  Link& attach_uprobe(const UprobeTarget& target, const std::string& program);
  Link& attach_uretprobe(const UprobeTarget& target, const std::string& program);
  /// Every function of a binary whose name begins with a match, each address once, as attach_kprobes.
  ///
  /// Source: bcc attach_uprobe(sym_re=…)
  std::vector<Link*> attach_uprobes(const std::string& binary, const std::string& sym_re, const std::string& program,
                                    int pid = -1);
  std::vector<Link*> attach_uretprobes(const std::string& binary, const std::string& sym_re, const std::string& program,
                                       int pid = -1);

  /// Runs the functions of a USDT object at each place of the probes enabled in it. Semaphores are counted by the
  /// kernel, with or without a pid, and go back when the process of the tracer is killed. An object that was not in
  /// Options::usdt may cost a compilation.
  ///
  /// Throws: AttachError, VerifierError, LoadError; CompileError for an argument no place has readable; NotSupported
  ///         for an object without its text. What was attached before that stays.
  /// Kernel: 4.20 for probes with a semaphore, 5.5 for arguments in memory, 5.15 for places that differ in arguments
  /// Source: bcc attach_usdt
  std::vector<Link*> attach_usdt(const USDT& usdt);
  /// The same for all of Options::usdt; construction does it unless auto_attach is off.
  void attach_usdt_all();

  /// Attach functions written with KFUNC_PROBE, KRETFUNC_PROBE, KMOD_RET and LSM_PROBE to what their names say; the
  /// name may come without the prefix the macro gave it ("kfunc__").
  ///
  /// Throws: VerifierError, LoadError, AttachError
  Link& attach_kfunc(const std::string& program);
  Link& attach_kretfunc(const std::string& program);
  Link& attach_fmod_ret(const std::string& program);
  Link& attach_lsm(const std::string& program);
  /// Runs `program` each time a perf event has come often enough; `type` and `config` are those of perf_event_open(2).
  ///
  /// Source: bcc attach_perf_event
  Link& attach_perf_event(std::uint32_t type, std::uint64_t config, const std::string& program,
                          const PerfSampling& how);
  /// The same with everything perf_event_open(2) can be told; <linux/perf_event.h> has the structure, whose size is set
  /// here.
  ///
  /// Source: bcc attach_perf_event_raw
  Link& attach_perf_event_raw(const ::perf_event_attr& event, const std::string& program, int pid = -1, int cpu = -1,
                              int group = -1);
  /// Attaches a function written with BPF_ITER; read_iterator gives what it prints.
  ///
  /// Kernel: 5.8
  /// Source: bcc attach_iter
  Link& attach_iter(const std::string& program);
  /// Runs a program for each packet a device receives, before the network stack.
  ///
  /// Throws: AttachError when the device is not in that network namespace, is taken, or lacks the mode
  /// Kernel: 5.9
  /// Source: bcc attach_xdp
  Link& attach_xdp(const NetworkDevice& device, const std::string& program, XdpMode mode = XdpMode::automatic);
  /// Runs a program for each packet that enters or leaves a device; its return value is tc's direct action.
  ///
  /// It ends with the link and with the process. Through clsact a process of its own sees to that; if that one is
  /// killed as well, the filter stays.
  ///
  /// Kernel: 6.6 (tcx link), 4.5 (clsact)
  Link& attach_tc(const NetworkDevice& device, TcDirection direction, const std::string& program);
  /// Opens a raw packet socket on a device, or on all of them for an empty name. `program` says how many bytes of each
  /// packet it gets. The link's fd() is the socket, which does not block and closes with the link.
  ///
  /// Throws: AttachError when the device is not in that network namespace
  /// Source: bcc attach_raw_socket
  Link& attach_raw_socket(const NetworkDevice& device, const std::string& program);
  /// Runs `program` on what the sockets send or receive that are put in a sockmap or sockhash while it is attached.
  ///
  /// Kernel: 4.14, 4.17 for messages, 5.13 for SocketHook::verdict
  /// Source: bcc attach_func
  Link& attach_func(const std::string& program, const TableBase& sockets, SocketHook hook);
  /// The same on any descriptor that takes programs: a cgroup's, a map's, an infrared device's; -1 for the network
  /// namespace of this process. `attach_type` and `flags` are those of bpf(2), BPF_PROG_ATTACH. Unlike bcc's it ends
  /// with the link.
  ///
  /// Source: bcc attach_func
  Link& attach_func(const std::string& program, int descriptor, std::uint32_t attach_type, std::uint32_t flags = 0,
                    ProgramType type = ProgramType::unspecified);
  /// Attaches a program to a cgroup2 directory; `attach_type` is the kernel's BPF_CGROUP_….
  ///
  /// Kernel: 5.7
  /// Source: bcc attach_func
  Link& attach_cgroup(const std::string& directory, std::uint32_t attach_type, const std::string& program,
                      ProgramType type = ProgramType::unspecified);

  /// End what was attached under that name, and their Link& with it; of a kernel function only one program where that
  /// is given.
  ///
  /// Throws: NotFound when nothing was; the first SystemError when the kernel refuses, after all were tried
  void detach_kprobe(const std::string& function, const std::string& program = {});
  void detach_kretprobe(const std::string& function, const std::string& program = {});
  void detach_tracepoint(const std::string& event);
  void detach_raw_tracepoint(const std::string& event);
  void detach_uprobe(const UprobeTarget& target);
  void detach_uretprobe(const UprobeTarget& target);
  void detach_usdt(const USDT& usdt);
  void detach_usdt_all();
  void detach_kfunc(const std::string& program);
  void detach_kretfunc(const std::string& program);
  void detach_fmod_ret(const std::string& program);
  void detach_lsm(const std::string& program);
  void detach_perf_event(std::uint32_t type, std::uint64_t config);
  void detach_func(const std::string& program, const TableBase& sockets, SocketHook hook);
  void detach_func(const std::string& program, int descriptor, std::uint32_t attach_type);
  void detach_cgroup(const std::string& directory, std::uint32_t attach_type, const std::string& program);
  void remove_xdp(const NetworkDevice& device);
  void remove_tc(const NetworkDevice& device, TcDirection direction);
  /// Ends every attachment of this object.
  ///
  /// Throws: the first SystemError when the kernel refuses, after all were tried
  void detach_all();
  /// What is attached now.
  [[nodiscard]] std::vector<const Link*> links() const;
  /// How many events were asked for as kprobes and kretprobes, as user probes of any kind, as tracepoints.
  [[nodiscard]] std::size_t num_open_kprobes() const;
  [[nodiscard]] std::size_t num_open_uprobes() const;
  [[nodiscard]] std::size_t num_open_tracepoints() const;

  /// The kernel function behind a syscall, for example "__x64_sys_execve".
  [[nodiscard]] static std::string get_syscall_fnname(const std::string& syscall);
  /// What that name has before the system call's, for example "__x64_sys_".
  [[nodiscard]] static std::string get_syscall_prefix();

  // ---- what there is to attach to ----

  /// The kernel functions that match as a whole and could take a kprobe, sorted.
  ///
  /// Throws: std::regex_error, as all of these
  [[nodiscard]] static std::vector<std::string> get_kprobe_functions(const std::string& event_re);
  /// The tracepoints whose "category:name" begins with a match.
  [[nodiscard]] static std::vector<std::string> get_tracepoints(const std::string& tp_re);
  [[nodiscard]] static bool tracepoint_exists(const std::string& category, const std::string& event);
  /// The functions of a binary ("c", "bash", a path) whose names begin with a match, sorted.
  ///
  /// Throws: NotFound for the binary
  [[nodiscard]] static std::vector<std::string> get_user_functions(const std::string& binary,
                                                                   const std::string& sym_re);
  /// The same with their addresses before relocation, in the order of addresses.
  [[nodiscard]] static std::vector<std::pair<std::string, std::uint64_t>> get_user_functions_and_addresses(
      const std::string& binary, const std::string& sym_re);
  /// The addresses alone, each once.
  [[nodiscard]] static std::vector<std::uint64_t> get_user_addresses(const std::string& binary,
                                                                     const std::string& sym_re);
  /// What this kernel really does, found by trying; probe_feature says why not.
  [[nodiscard]] static bool support_kfunc();
  [[nodiscard]] static bool support_lsm();
  [[nodiscard]] static bool support_raw_tracepoint();
  /// Whether a struct of this kernel has a field, those of anonymous members included.
  ///
  /// Returns: nullopt when the kernel's BTF has no such struct
  /// Throws:  SystemError when the kernel has no BTF
  /// Source:  bcc kernel_struct_has_field, which gives 1, 0 or -1
  [[nodiscard]] static std::optional<bool> kernel_struct_has_field(const std::string& type, const std::string& field);
  /// The number behind an enumerator of this kernel; an empty `type` means any enum.
  ///
  /// Returns: nullopt when there is none
  /// Throws:  SystemError when the kernel has no BTF
  /// Source:  bcc kernel_enum_has_val
  [[nodiscard]] static std::optional<std::int64_t> kernel_enum_value(const std::string& type,
                                                                     const std::string& enumerator);

  // ---- tables ----

  /// Throws: NotFound with the nearest names
  [[nodiscard]] MapPtr get_map(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> tables() const;
  /// Whether a table was there before this object: pinned (BPF_TABLE_PINNED), or made by another object and taken with
  /// BPF_TABLE("extern", …).
  ///
  /// Throws: NotFound with the nearest names
  [[nodiscard]] bool existed(const std::string& table) const;
  /// The map a map of maps was declared with.
  ///
  /// Returns: null when the text names none
  [[nodiscard]] MapPtr inner_template(const std::string& outer) const;
  /// Stack traces with names; symbols are kept in this object and shared by its stack tables.
  [[nodiscard]] StackTraceTable get_stack_table(const std::string& name) const;
  /// The same for stacks of build ids (BPF_STACK_TRACE_BUILDID), which stay good when the process has gone.
  [[nodiscard]] BuildIdStackTraceTable get_stackbuildid_table(const std::string& name) const;
  /// What a BCCXX_LOST_STACKS table of #include <bccxx/stacks.h> has counted.
  ///
  /// Throws: TypeMismatch for another kind of table
  [[nodiscard]] LostStacks get_lost_stacks(const std::string& name) const;

  // ---- events ----

  /// Reads a perf buffer (BPF_PERF_OUTPUT) as events of type T: `on_event(cpu, event)`, `on_lost(cpu, count)`. What is
  /// returned lives as long as this object; its fd() becomes readable with events, its lost() counts those lost.
  ///
  /// Source: bcc open_perf_buffer
  template <class T, class OnEvent>
  PerfBuffer& open_perf_buffer(const std::string& name, OnEvent on_event, PerfBuffer::LostCallback on_lost = nullptr,
                               const PerfBufferOptions& options = {}) {
    return keep(PerfBuffer::of<T>(get_map(name), std::move(on_event), std::move(on_lost), options));
  }
  /// The same for events of several sizes, as bytes.
  PerfBuffer& open_perf_buffer(const std::string& name, PerfBuffer::Callback on_event,
                               PerfBuffer::LostCallback on_lost = nullptr, const PerfBufferOptions& options = {}) {
    return keep(PerfBuffer(get_map(name), std::move(on_event), std::move(on_lost), options));
  }
  /// Reads a ring buffer (BPF_RINGBUF_OUTPUT) as events of type T: `on_event(event)`.
  ///
  /// Source: bcc open_ring_buffer
  template <class T, class OnEvent>
  RingBuffer& open_ring_buffer(const std::string& name, OnEvent on_event) {
    return keep(RingBuffer::of<T>(get_map(name), std::move(on_event)));
  }
  /// The same for events of several sizes, as bytes.
  RingBuffer& open_ring_buffer(const std::string& name, RingBuffer::Callback on_event) {
    return keep(RingBuffer(get_map(name), std::move(on_event)));
  }
  /// The writing end of a buffer that a program drains. libbcc cannot declare one: for objects made by other compilers.
  ///
  /// Throws: NotFound, TypeMismatch, SystemError
  [[nodiscard]] UserRingBuffer get_user_ring_buffer(const std::string& name) const {
    return UserRingBuffer(get_map(name));
  }
  /// Waits for events of all open perf buffers at most `timeout` (negative: without end). A callback may open more
  /// buffers.
  ///
  /// Returns: how many events the callbacks got
  /// Throws:  SystemError; whatever a callback throws
  std::size_t poll_perf_buffer(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));
  /// The same for the open ring buffers.
  std::size_t ring_buffer_poll(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1));
  /// Give the events that are there, without waiting.
  ///
  /// Returns: how many events the callbacks got
  /// Source:  bcc perf_buffer_consume, ring_buffer_consume
  std::size_t perf_buffer_consume();
  std::size_t ring_buffer_consume();

  // ---- what programs print ----

  /// The lines of bpf_trace_printk from now on, in a trace buffer of this object alone.
  ///
  /// Source: bcc trace_open; see TracePipe for readline and fields
  [[nodiscard]] TracePipe& trace();
  std::optional<std::string> trace_readline(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1)) {
    return trace().readline(timeout);
  }
  std::optional<TraceFields> trace_fields(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1)) {
    return trace().fields(timeout);
  }
  /// Writes every line to `out` until a signal comes.
  void trace_print(std::ostream& out);
  /// Writes the fields of every line as `format` says: {0} is the task, {1} the pid, {2} the CPU, {3} the flags, {4}
  /// the seconds, {5} the message.
  ///
  /// Throws: fmt::format_error
  /// Source: bcc trace_print(fmt=…)
  void trace_print(std::ostream& out, const std::string& format);

  // ---- symbols ----

  /// The symbols of this object's stack tables and of sym(). Give `remember` or `remember_once` a process while it
  /// lives, or `add_module` a binary, to name its addresses when it has gone.
  [[nodiscard]] Symboliser& symbols() const;
  /// An address of a process, or of the kernel when `pid` is negative, with its name.
  ///
  /// Source: bcc sym
  [[nodiscard]] Frame sym(std::uint64_t address, int pid) const;
  [[nodiscard]] Frame ksym(std::uint64_t address) const { return sym(address, -1); }
  /// The address of a kernel function; nullopt when there is none or addresses are hidden.
  [[nodiscard]] std::optional<std::uint64_t> ksymname(const std::string& name) const;

  struct State;

 private:
  explicit BPF(std::unique_ptr<State> state);
  PerfBuffer& keep(PerfBuffer buffer);
  RingBuffer& keep(RingBuffer buffer);
  Link& attach_named_target(AttachVia via, const std::string& program);
  void detach(AttachVia asked, const std::string& event, const std::string& program = {});
  void detach_program(AttachVia asked, const std::string& program);
  std::size_t detach_where(const std::function<bool(const Attachment&)>& matches);
  static std::unique_ptr<State> compile(compiler::Request request, Options options);
  std::unique_ptr<State> state_;
};

}  // namespace bccxx
