#pragma once
// The options of every program that works on a network device: its namespace and its XDP mode.

#include <bccxx/runtime/network.hpp>

#include <string>

#include "program.hpp"

namespace programs {

class NetworkOptions {
 public:
  explicit NetworkOptions(Program& program) {
    program.option("--netns", network_namespace_, "Network namespace of the devices, by name or path");
    program.choice("--mode", mode_, {"auto", "native", "generic"}, "How XDP runs: in the driver or above it");
    program.flag("--native", native_, "The same as --mode native");
    program.flag("--skb", skb_, "The same as --mode generic");
  }

  [[nodiscard]] bccxx::NetworkDevice device(const std::string& name) const { return {name, network_namespace_}; }
  /// Throws: UsageError when two modes were asked for
  [[nodiscard]] bccxx::XdpMode mode() const {
    const bool native = native_ || mode_ == "native";
    const bool generic = skb_ || mode_ == "generic";
    if (native && generic) throw UsageError("XDP runs in one mode, native or generic");
    if (native) return bccxx::XdpMode::native;
    return generic ? bccxx::XdpMode::generic : bccxx::XdpMode::automatic;
  }

 private:
  std::string network_namespace_;
  std::string mode_ = "auto";
  bool native_ = false;
  bool skb_ = false;
};

}  // namespace programs
