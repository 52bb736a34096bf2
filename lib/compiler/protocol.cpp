// Requests and answers as bytes: a header of magic, version, kind and length, then the fields in order.

#include "compiler/protocol.hpp"

#include "support/byte_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace bccxx::compiler {
namespace {

using support::ByteReader;
using support::ByteWriter;

constexpr std::array<char, 8> magic = {'b', 'c', 'c', 'x', 'x', 'm', 's', 'g'};
constexpr std::uint32_t version = 1;
constexpr std::size_t header_size = magic.size() + 2 * sizeof(std::uint32_t) + sizeof(std::uint64_t);

enum class Kind : std::uint32_t { request = 1, answer = 2 };

std::vector<std::byte> frame(Kind kind, std::span<const std::byte> payload) {
  if (payload.size() > max_message_size - header_size) {
    throw std::length_error(fmt::format("a message of {} bytes is too large", payload.size()));
  }
  ByteWriter out;
  out.raw(std::as_bytes(std::span(magic)));
  out.number(version);
  out.number(static_cast<std::uint32_t>(kind));
  out.bytes(payload);
  return std::move(out.result());
}

std::span<const std::byte> payload_of(Kind kind, std::span<const std::byte> bytes) {
  if (bytes.size() < header_size || message_size(bytes) != bytes.size()) {
    throw std::runtime_error("not one whole message");
  }
  ByteReader in(bytes.subspan(magic.size() + sizeof version));
  if (in.number<std::uint32_t>() != static_cast<std::uint32_t>(kind)) {
    throw std::runtime_error("a message of the wrong kind");
  }
  return in.bytes();
}

}  // namespace

std::size_t message_size(std::span<const std::byte> bytes) {
  if (bytes.empty()) return 0;
  const auto known = std::min(bytes.size(), magic.size());
  if (std::memcmp(bytes.data(), magic.data(), known) != 0) throw std::runtime_error("not a message");
  if (bytes.size() < header_size) return 0;
  ByteReader in(bytes.subspan(magic.size()));
  if (const auto theirs = in.number<std::uint32_t>(); theirs != version) {
    throw std::runtime_error(fmt::format("a message of version {}, not {}", theirs, version));
  }
  static_cast<void>(in.number<std::uint32_t>());
  const auto length = in.number<std::uint64_t>();
  if (length > max_message_size - header_size) throw std::runtime_error("the message is too large");
  return header_size + length;
}

std::vector<std::byte> encode(const Request& request) {
  ByteWriter out;
  out.text(request.text);
  out.text(request.file_name);
  out.text(request.directory.native());
  out.list(request.cflags);
  out.number(static_cast<std::uint32_t>(request.headers));
  out.text(request.btf.native());
  out.text(request.kernel_tree.native());
  out.number(static_cast<std::uint32_t>(request.registers));
  out.number(static_cast<std::int32_t>(request.fexit_arguments));
  out.text(request.preamble);
  return frame(Kind::request, out.result());
}

Request decode_request(std::span<const std::byte> bytes) {
  ByteReader in(payload_of(Kind::request, bytes));
  Request request;
  request.text = in.text();
  request.file_name = in.text();
  request.directory = in.text();
  request.cflags = in.list();
  request.headers = in.choice(Headers::kernel);
  request.btf = in.text();
  request.kernel_tree = in.text();
  request.registers = in.choice(Registers::fexit);
  request.fexit_arguments = in.number<std::int32_t>();
  request.preamble = in.text();
  in.finish();
  return request;
}

std::vector<std::byte> encode(const Answer& answer) {
  ByteWriter out;
  out.number(static_cast<std::uint32_t>(answer.status));
  out.number<std::uint64_t>(answer.diagnostics.size());
  for (const auto& d : answer.diagnostics) {
    out.text(d.file);
    out.number(static_cast<std::int32_t>(d.line));
    out.number(static_cast<std::int32_t>(d.column));
    out.number(static_cast<std::uint32_t>(d.severity));
    out.text(d.message);
  }
  out.text(answer.log);
  out.text(answer.message);
  out.bytes(answer.object);
  out.list(answer.files);
  return frame(Kind::answer, out.result());
}

Answer decode_answer(std::span<const std::byte> bytes) {
  constexpr std::size_t smallest_diagnostic = 2 * sizeof(std::uint64_t) + 3 * sizeof(std::uint32_t);
  ByteReader in(payload_of(Kind::answer, bytes));
  Answer answer;
  answer.status = in.choice(Answer::Status::failure);
  for (auto n = in.count(smallest_diagnostic); n > 0; --n) {
    Diagnostic d;
    d.file = in.text();
    d.line = in.number<std::int32_t>();
    d.column = in.number<std::int32_t>();
    d.severity = in.choice(Severity::fatal);
    d.message = in.text();
    answer.diagnostics.push_back(std::move(d));
  }
  answer.log = in.text();
  answer.message = in.text();
  const auto object = in.bytes();
  answer.object.assign(object.begin(), object.end());
  answer.files = in.list();
  in.finish();
  return answer;
}

}  // namespace bccxx::compiler
