#pragma once
// A BPF ELF object: the bytes, and what they declare. Nothing here touches the kernel.

#include <bccxx/support/error.hpp>
#include <bccxx/support/export.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bccxx::object {

/// What a program is meant to be attached to.
enum class ProbeKind {
  none,  ///< the text does not say; the user attaches it
  kprobe,
  kretprobe,
  tracepoint,
  raw_tracepoint,
  fentry,
  fexit,
  fmod_ret,
  lsm,
  iterator,
};

/// One function of the text that can be loaded as a program.
struct ProgramSpec {
  std::string name;     ///< the full name as written
  std::string section;  ///< the ELF section
  ProbeKind probe = ProbeKind::none;
  std::string target;  ///< for example "do_nanosleep", "sched:sched_switch"; empty for `none`
  /// The type name of the first parameter without `struct`, for example "pt_regs" or "xdp_md"; empty when unknown.
  std::string context;
  std::size_t instructions = 0;
  /// Compiled for another hook than a kprobe: the reads of registers which that hook does not have, so that this
  /// program cannot run from it.
  std::vector<Diagnostic> missing_registers;
};

/// How a table is shared between objects (BPF_TABLE_PUBLIC, BPF_TABLE_SHARED, BPF_TABLE("extern", …)).
enum class MapSharing { own, exported, shared, external };

/// One member of the record a perf or ring buffer carries, as the text's perf_submit or ringbuf_output shows it.
struct EventField {
  std::string name;
  std::string type;  ///< in C, such as "u64" or "char[16]"
};

/// One declared map.
///
/// Units: sizes in bytes
struct MapSpec {
  std::string name;  ///< the full name as written; the kernel keeps 15 characters
  std::uint32_t type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::string pin_path;   ///< empty unless declared pinned
  std::string inner_map;  ///< the template's name, for maps of maps
  MapSharing sharing = MapSharing::own;
  /// Sized by the possible CPUs of the machine that runs it, not of the one that compiled it.
  bool one_entry_per_cpu = false;
  /// The record of a perf or ring buffer; empty when the text does not say.
  std::vector<EventField> event;
};

/// An immutable BPF object.
class BCCXX_API Object {
 public:
  /// Throws: LoadError when the bytes are not a BPF object that libbpf can open
  static Object parse(std::vector<std::byte> bytes);
  /// Throws: SystemError when the file cannot be read, LoadError as parse
  static Object read(const std::filesystem::path& file);

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept;
  [[nodiscard]] const std::vector<ProgramSpec>& programs() const noexcept;
  [[nodiscard]] const std::vector<MapSpec>& maps() const noexcept;
  [[nodiscard]] const ProgramSpec* find_program(const std::string& name) const noexcept;
  [[nodiscard]] const MapSpec* find_map(const std::string& name) const noexcept;
  /// The text it was compiled from; empty for objects that bccxx-cc did not make.
  [[nodiscard]] const std::string& source() const noexcept;
  [[nodiscard]] const std::string& source_name() const noexcept;
  /// The flags the text was compiled with, without -D and -I of bccxx itself.
  [[nodiscard]] const std::vector<std::string>& cflags() const noexcept;
  /// The folder from which the text's own includes and relative flags lead to their files; empty when it has none.
  [[nodiscard]] const std::string& directory() const noexcept;
  [[nodiscard]] const std::string& license() const noexcept;
  /// The build id of the kernel whose types were used, in hex; empty when unknown.
  [[nodiscard]] const std::string& kernel_build_id() const noexcept;

 private:
  struct State;
  explicit Object(std::shared_ptr<const State> state) noexcept;
  static Object parse(std::vector<std::byte> bytes, const std::string& subject);
  std::shared_ptr<const State> state_;
};

}  // namespace bccxx::object
