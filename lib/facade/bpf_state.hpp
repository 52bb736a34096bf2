#pragma once
// What a BPF object holds between its calls.

#include "runtime/module.hpp"

#include <bccxx/bpf.hpp>

#include <fmt/format.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bccxx {

/// One attachment and the event the user named, which is what detaching goes by.
struct Attachment {
  AttachVia asked;
  std::string event;
  Link link;
};

struct BPF::State {
  /// Tells `options.log` what a compilation had to say besides its object.
  static void tell(const compiler::Result& result, const Options& options);

  State(object::Object object, Options given, compiler::Request wanted)
      : options(std::move(given)),
        request(std::move(wanted)),
        module(std::move(object), {.maps_namespace = options.maps_namespace}) {}

  Options options;
  /// What to ask the compiler for when a program must be compiled against other registers.
  compiler::Request request;
  runtime::Module module;
  std::optional<compiler::Origin> origin;
  /// Objects of the same text compiled against other registers, by what they stand for.
  std::map<std::pair<compiler::Registers, int>, object::Object> variants;
  /// Objects of the same text compiled with readers of USDT arguments that the first one does not have, by these.
  std::map<std::string, object::Object> usdt_variants;
  std::list<Attachment> attachments;
  // Lists: a callback may open another buffer while they are read.
  std::list<PerfBuffer> perf_buffers;
  std::list<RingBuffer> ring_buffers;
  std::optional<TracePipe> trace;

  /// Made when first wanted: most programs name no address.
  std::shared_ptr<Symboliser> symboliser() {
    if (!symbols) symbols = std::make_shared<Symboliser>(options.symbols);
    return symbols;
  }
  std::shared_ptr<Symboliser> symbols;

  /// The same text compiled against other registers; compiled once.
  ///
  /// Throws: CompileError when the text reads a register the overlay lacks, NotSupported without the text
  const object::Object& variant(compiler::Registers registers, int fexit_arguments);
  /// The same text compiled with these readers of USDT arguments; null when that is the object there is.
  ///
  /// Throws: CompileError, NotSupported without the text
  const object::Object* usdt_variant(const std::string& readers);

  /// The text compiled once more, in another way.
  ///
  /// Throws: CompileError, NotSupported without the text; `what_for` is what then cannot be done
  object::Object compile_again(const compiler::Request& wanted, const char* what_for) const;

  Link& keep(AttachVia asked, std::string event, Link link) {
    return attachments.emplace_back(Attachment{asked, std::move(event), std::move(link)}).link;
  }

  template <class... Args>
  void log(fmt::format_string<Args...> format, Args&&... args) const {
    if (options.log) options.log(fmt::format(format, std::forward<Args>(args)...));
  }
};

}  // namespace bccxx
