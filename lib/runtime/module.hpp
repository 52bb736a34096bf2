#pragma once
// An object in the kernel: its maps exist, its programs are loaded one by one when first wanted.

#include <bccxx/object/object.hpp>
#include <bccxx/runtime/program.hpp>
#include <bccxx/support/export.hpp>
#include <bccxx/tables/map.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bccxx::runtime {

/// How one program is to be loaded.
struct ProgramLoad {
  ProgramType type = ProgramType::unspecified;  ///< unspecified: what the section says
  std::uint32_t expected_attach_type = 0;
  std::uint32_t flags = 0;      ///< BPF_F_… of program load
  std::string attach_target{};  ///< the BTF function or hook, for tracing and LSM programs

  friend bool operator==(const ProgramLoad&, const ProgramLoad&) = default;
};

struct ModuleOptions {
  /// Objects of one namespace see each other's BPF_TABLE_SHARED maps.
  std::string maps_namespace{};
};

/// Threads: safe
class BCCXX_API Module {
 public:
  /// Creates, opens or borrows every map. A pinned map is opened where its pin exists, and created and pinned where it
  /// does not; nothing has been made when it throws.
  ///
  /// Throws: LoadError when the kernel refuses a map, SystemError for a pin that cannot be opened or made, TypeMismatch
  ///         for a pinned or extern map of another shape, NotFound for an extern map nobody offers
  explicit Module(object::Object object, const ModuleOptions& options = {});
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const object::Object& object() const noexcept;
  [[nodiscard]] std::vector<std::string> map_names() const;
  /// Throws: NotFound with the nearest names
  [[nodiscard]] MapPtr map(const std::string& name) const;
  /// Whether the map was there already: pinned, or made by another object.
  ///
  /// Throws: NotFound with the nearest names
  [[nodiscard]] bool map_existed(const std::string& name) const;

  /// Loads a program, or gives the one loaded before in the same way. `variant` is another object compiled from the
  /// same text (another pt_regs); its program is loaded with this module's maps.
  ///
  /// Throws: NotFound, VerifierError, LoadError
  std::shared_ptr<const Program> load(const std::string& name, const ProgramLoad& how,
                                      const object::Object* variant = nullptr);
  /// Drops the module's own reference; links that use the program keep it alive.
  void unload(const std::string& name);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bccxx::runtime
