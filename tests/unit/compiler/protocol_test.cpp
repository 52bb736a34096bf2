// The protocol: what goes in comes out, and hostile bytes end in an exception.

#include "compiler/protocol.hpp"
#include "compiler_worker/peer/peer.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>

using namespace bccxx;
using namespace bccxx::compiler;

namespace {

Request sample_request() {
  Request request;
  request.text = std::string("int f(void) { return 0; }\n\0tail", 31);
  request.file_name = "prog.c";
  request.directory = "/some/where";
  request.cflags = {"-DA=1", "", "-I/x y"};
  request.headers = Headers::kernel;
  request.btf = "/b";
  request.kernel_tree = "/k";
  request.registers = Registers::fexit;
  request.fexit_arguments = 3;
  request.preamble = "#define X 1\n";
  return request;
}

Answer sample_answer() {
  Answer answer;
  answer.status = Answer::Status::object;
  answer.diagnostics = {{"prog.c", 3, 7, Severity::warning, "unused"}, {"", 0, 0, Severity::note, ""}};
  answer.log = "log";
  answer.message = "message";
  answer.object = std::vector<std::byte>(1000, std::byte{0x7f});
  answer.files = {"/usr/lib/libbcc.so.0", "/tmp/x.h"};
  return answer;
}

/// Decodes and says whether it was accepted; anything but runtime_error escapes and fails the test.
template <class Decode>
bool accepted(Decode decode, std::span<const std::byte> bytes) {
  try {
    static_cast<void>(decode(bytes));
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("protocol: a request survives the journey", "[compiler]") {
  const auto sent = sample_request();
  const auto got = decode_request(encode(sent));
  CHECK(got.text == sent.text);
  CHECK(got.file_name == sent.file_name);
  CHECK(got.directory == sent.directory);
  CHECK(got.cflags == sent.cflags);
  CHECK(got.headers == sent.headers);
  CHECK(got.btf == sent.btf);
  CHECK(got.kernel_tree == sent.kernel_tree);
  CHECK(got.registers == sent.registers);
  CHECK(got.fexit_arguments == sent.fexit_arguments);
  CHECK(got.preamble == sent.preamble);
}

TEST_CASE("protocol: an answer survives the journey", "[compiler]") {
  const auto sent = sample_answer();
  const auto got = decode_answer(encode(sent));
  CHECK(got.status == sent.status);
  REQUIRE(got.diagnostics.size() == 2);
  CHECK(got.diagnostics[0].file == "prog.c");
  CHECK(got.diagnostics[0].line == 3);
  CHECK(got.diagnostics[0].column == 7);
  CHECK(got.diagnostics[0].severity == Severity::warning);
  CHECK(got.diagnostics[0].message == "unused");
  CHECK(got.log == sent.log);
  CHECK(got.message == sent.message);
  CHECK(got.object == sent.object);
  CHECK(got.files == sent.files);
}

TEST_CASE("protocol: every truncation and every other kind is refused", "[compiler]") {
  const auto request = encode(sample_request());
  const auto answer = encode(sample_answer());
  for (std::size_t size = 0; size < answer.size(); ++size) {
    CHECK_FALSE(accepted(decode_answer, std::span(answer).first(size)));
  }
  for (std::size_t size = 0; size < request.size(); ++size) {
    CHECK_FALSE(accepted(decode_request, std::span(request).first(size)));
  }
  CHECK_FALSE(accepted(decode_request, answer));
  CHECK_FALSE(accepted(decode_answer, request));
  auto longer = answer;
  longer.push_back(std::byte{0});
  CHECK_FALSE(accepted(decode_answer, longer));
}

TEST_CASE("protocol: hostile lengths neither crash nor allocate", "[compiler]") {
  const auto good = encode(sample_answer());
  for (std::size_t at = 0; at + sizeof(std::uint64_t) <= good.size(); ++at) {
    for (const std::uint64_t value : {~std::uint64_t{0}, std::uint64_t{1} << 63U, std::uint64_t{1} << 33U}) {
      auto bad = good;
      std::memcpy(bad.data() + at, &value, sizeof value);
      static_cast<void>(accepted(decode_answer, bad));
    }
  }
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    auto bad = good;
    for (int flips = 1 + round % 4; flips > 0; --flips) {
      bad[random() % bad.size()] = static_cast<std::byte>(random());
    }
    static_cast<void>(accepted(decode_answer, bad));
    static_cast<void>(accepted(decode_request, bad));
  }
  std::uint64_t huge = max_message_size;
  auto bad = good;
  std::memcpy(bad.data() + 16, &huge, sizeof huge);
  CHECK_THROWS_AS(message_size(bad), std::runtime_error);
}

TEST_CASE("protocol: messages go through a socket whole", "[compiler]") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  auto answer = sample_answer();
  answer.object.resize(std::size_t{3} << 20U);
  const auto sent = encode(answer);
  std::thread writer([&] { worker::send_message(ends[0], sent); });
  const auto got = worker::receive_message(ends[1]);
  writer.join();
  CHECK(got == sent);

  worker::send_message(ends[0], std::span(sent).first(100));
  ::close(ends[0]);
  CHECK_THROWS_AS(worker::receive_message(ends[1]), std::runtime_error);
  CHECK_THROWS_AS(worker::send_message(ends[1], sent), SystemError);
  ::close(ends[1]);
}
