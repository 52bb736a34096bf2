// USDT probes: the functions a USDT object names, at every place of their probes.

#include <bccxx/bpf.hpp>

#include "facade/bpf_state.hpp"
#include "runtime/attach_uprobe.hpp"
#include "runtime/usdt_readers.hpp"
#include "runtime/usdt_state.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace bccxx {
namespace {

/// What detaching finds the places of one probe by.
std::string event_of(const USDT& usdt, const USDT::State::Enabled& enabled) {
  const auto& identity = enabled.binary->binary.identity;
  return fmt::format("{} {} {} {} {}", enabled.which().short_name(), enabled.function, identity.device, identity.inode,
                     usdt.state().pid());
}

}  // namespace

const object::Object* BPF::State::usdt_variant(const std::string& readers) {
  // An object that was not compiled now came without any.
  if (readers == (origin ? request.preamble : std::string())) return nullptr;
  if (const auto found = usdt_variants.find(readers); found != usdt_variants.end()) return &found->second;
  auto wanted = request;
  wanted.preamble = readers;
  auto object = compile_again(wanted, "reading the arguments of USDT probes");
  return &usdt_variants.emplace(readers, std::move(object)).first->second;
}

std::vector<Link*> BPF::attach_usdt(const USDT& usdt) {
  // Those of the options come first, so that what they alone need stays as it was compiled.
  auto contexts = state_->options.usdt;
  contexts.push_back(usdt);
  const runtime::UsdtReaders readers(contexts);
  const bool reads = runtime::reads_usdt_arguments(state_->request.text);
  const auto* variant = reads ? state_->usdt_variant(readers.text()) : nullptr;
  std::vector<Link*> links;
  for (const auto& enabled : usdt.state().enabled) {
    const auto program = state_->module.load(enabled.function, {.type = ProgramType::kprobe}, variant);
    const auto event = event_of(usdt, enabled);
    for (const auto& location : enabled.which().locations) {
      const auto cookie = reads ? readers.cookie(enabled.function, location) : 0;
      auto link =
          runtime::attach_usdt(*program, *enabled.binary, enabled.which(), location, usdt.state().pid(), cookie);
      links.push_back(&state_->keep(AttachVia::usdt, event, std::move(link)));
    }
  }
  return links;
}

void BPF::attach_usdt_all() {
  for (const auto& usdt : state_->options.usdt) attach_usdt(usdt);
}

void BPF::detach_usdt(const USDT& usdt) {
  std::set<std::string> events;
  for (const auto& enabled : usdt.state().enabled) events.insert(event_of(usdt, enabled));
  const auto matches = [&](const Attachment& a) { return a.asked == AttachVia::usdt && events.count(a.event) != 0; };
  if (detach_where(matches) == 0) throw NotFound("attached usdt", usdt.state().described());
}

void BPF::detach_usdt_all() {
  detach_where([](const Attachment& attachment) { return attachment.asked == AttachVia::usdt; });
}

}  // namespace bccxx
