// Construction, programs and tables of the front door.

#include <bccxx/bpf.hpp>

#include "facade/auto_attach.hpp"
#include "facade/bpf_state.hpp"
#include "runtime/usdt_readers.hpp"
#include "support/file.hpp"
#include "support/nearest_names.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <sstream>
#include <utility>

namespace bccxx {
namespace {

compiler::Request request_for(std::string text, const Options& options) {
  compiler::Request request;
  request.text = std::move(text);
  request.cflags = options.cflags;
  request.headers = options.headers;
  request.btf = options.btf;
  request.kernel_tree = options.kernel_headers;
  if (runtime::reads_usdt_arguments(request.text)) request.preamble = runtime::UsdtReaders(options.usdt).text();
  return request;
}

/// The request that would compile an object's own text again, against other registers.
compiler::Request request_of(const object::Object& object, const Options& options) {
  auto request = request_for(object.source(), options);
  request.cflags = object.cflags();
  request.file_name = object.source_name();
  request.directory = object.directory();
  return request;
}

}  // namespace

std::unique_ptr<BPF::State> BPF::compile(compiler::Request request, Options options) {
  auto result = compiler::compile(request, options.worker, options.cache);
  State::tell(result, options);
  auto state = std::make_unique<State>(std::move(result.object), std::move(options), std::move(request));
  state->origin = result.origin;
  return state;
}

void BPF::State::tell(const compiler::Result& result, const Options& options) {
  if (!options.log) return;
  if (!result.cache_note.empty()) options.log(fmt::format("cache not used: {}", result.cache_note));
  std::istringstream lines(result.log);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) options.log(fmt::format("compiler: {}", line));
  }
}

BPF::BPF(std::unique_ptr<State> state) : state_(std::move(state)) {
  if (state_->options.auto_attach == AutoAttach::off) return;
  facade::attach_named(*this);
  attach_usdt_all();
}

BPF::BPF(std::string text, Options options)
    : BPF([&] {
        auto request = request_for(std::move(text), options);
        return compile(std::move(request), std::move(options));
      }()) {}

BPF BPF::from_file(const std::filesystem::path& file, Options options) {
  auto request = request_for(support::read_file(file), options);
  request.file_name = file.string();
  request.directory = std::filesystem::absolute(file).parent_path();
  return BPF(compile(std::move(request), std::move(options)));
}

BPF BPF::from_object(const std::filesystem::path& file, Options options) {
  auto object = object::Object::read(file);
  auto request = request_of(object, options);
  return BPF(std::make_unique<State>(std::move(object), std::move(options), std::move(request)));
}

BPF BPF::from_object(std::span<const std::byte> bytes, Options options) {
  auto object = object::Object::parse({bytes.begin(), bytes.end()});
  auto request = request_of(object, options);
  return BPF(std::make_unique<State>(std::move(object), std::move(options), std::move(request)));
}

BPF::BPF(BPF&&) noexcept = default;
BPF& BPF::operator=(BPF&&) noexcept = default;
BPF::~BPF() = default;

const object::Object& BPF::object() const noexcept { return state_->module.object(); }

std::optional<compiler::Origin> BPF::origin() const noexcept { return state_->origin; }

const Program& BPF::load_func(const std::string& name, ProgramType type, std::uint32_t expected_attach_type) {
  return *state_->module.load(name, {.type = type, .expected_attach_type = expected_attach_type});
}

void BPF::unload_func(const std::string& name) { state_->module.unload(name); }

std::vector<std::string> BPF::functions() const {
  std::vector<std::string> names;
  for (const auto& program : object().programs()) names.push_back(program.name);
  return names;
}

MapPtr BPF::get_map(const std::string& name) const { return state_->module.map(name); }

bool BPF::existed(const std::string& table) const { return state_->module.map_existed(table); }

MapPtr BPF::inner_template(const std::string& outer) const {
  const auto* spec = object().find_map(outer);
  return spec == nullptr || spec->inner_map.empty() ? nullptr : get_map(spec->inner_map);
}

std::vector<std::string> BPF::tables() const { return state_->module.map_names(); }

std::vector<const Link*> BPF::links() const {
  std::vector<const Link*> all;
  for (const auto& attachment : state_->attachments) {
    if (attachment.link.attached()) all.push_back(&attachment.link);
  }
  return all;
}

namespace {

/// bcc counts events, however many programs each of them runs.
std::size_t count_events(const std::list<Attachment>& attachments, std::initializer_list<AttachVia> ways) {
  std::set<std::pair<AttachVia, std::string>> events;
  for (const auto& attachment : attachments) {
    const bool asked = std::find(ways.begin(), ways.end(), attachment.asked) != ways.end();
    if (!asked || !attachment.link.attached()) continue;
    // One USDT probe has several places.
    const auto& event = attachment.asked == AttachVia::usdt ? attachment.link.target() : attachment.event;
    events.emplace(attachment.asked, event);
  }
  return events.size();
}

}  // namespace

std::size_t BPF::num_open_kprobes() const {
  return count_events(state_->attachments, {AttachVia::kprobe, AttachVia::kretprobe});
}
std::size_t BPF::num_open_uprobes() const {
  return count_events(state_->attachments, {AttachVia::uprobe, AttachVia::uretprobe, AttachVia::usdt});
}
std::size_t BPF::num_open_tracepoints() const { return count_events(state_->attachments, {AttachVia::tracepoint}); }

void BPF::detach_all() {
  detach_where([](const Attachment&) { return true; });
}

}  // namespace bccxx
