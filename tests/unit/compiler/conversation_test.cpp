// Whatever the compiler process does, the caller gets an answer or a WorkerError, and nothing of it is left.

#include "compiler/conversation.hpp"
#include "common/skip.hpp"
#include "support/sanitizer.hpp"
#include "unit/compiler/fixture.hpp"

#include <bccxx/support/unique_fd.hpp>

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

using namespace bccxx;
using namespace bccxx::compiler;
using namespace compiler_tests;
using Catch::Matchers::Contains;
using Reason = WorkerError::Reason;

namespace {

Answer ask(const Worker& worker, const std::string& text, const fs::path& directory = "/") {
  Request request;
  request.text = text;
  request.file_name = "prog.c";
  request.directory = directory;
  return converse(worker, request);
}

WorkerError failure(const Worker& worker, const std::string& text, const fs::path& directory = "/") {
  try {
    static_cast<void>(ask(worker, text, directory));
  } catch (const WorkerError& error) {
    return error;
  }
  FAIL("no WorkerError for: " << text);
  throw std::logic_error("not reached");
}

bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

Worker script(const fs::path& path, const std::string& text) {
  write_file(path, text);
  fs::permissions(path, fs::perms::owner_all);
  auto worker = fake();
  worker.path = path;
  return worker;
}

}  // namespace

TEST_CASE("worker: its answer comes back whole", "[compiler]") {
  const std::string text = "object " + std::string(std::size_t{5} << 20U, 'x');
  const auto answer = ask(fake(), text);
  CHECK(answer.status == Answer::Status::object);
  CHECK(answer.object.size() == text.size());
  CHECK(answer.log == "a warning");
  CHECK(no_children());
}

TEST_CASE("worker: an error of the text is an answer, its own trouble is not", "[compiler]") {
  const auto answer = ask(fake(), "error");
  CHECK(answer.status == Answer::Status::compile_error);
  REQUIRE(answer.diagnostics.size() == 1);
  CHECK(answer.diagnostics[0].line == 4);
  const auto error = failure(fake(), "failure");
  CHECK(error.reason() == Reason::failed);
  CHECK(error.what() == std::string("compile: libbcc keeps libbpf to itself"));
}

TEST_CASE("worker: every way to die is told apart", "[compiler]") {
  struct Case {
    const char* text;
    Reason reason;
    int status;
  };
  const auto c = GENERATE(Case{"crash", Reason::killed, SIGSEGV}, Case{"killed", Reason::killed, SIGKILL},
                          Case{"exit3", Reason::exited, 3}, Case{"silent", Reason::bad_answer, 0},
                          Case{"nonsense", Reason::bad_answer, 0}, Case{"huge", Reason::bad_answer, 0},
                          Case{"half", Reason::bad_answer, 0}, Case{"half-crash", Reason::killed, SIGSEGV},
                          Case{"close", Reason::bad_answer, 0});
  const auto error = failure(fake(), c.text);
  CAPTURE(c.text, error.what());
  CHECK(error.reason() == c.reason);
  CHECK(error.status() == c.status);
  CHECK(error.worker() == fake_worker.native());
  CHECK(no_children());
}

TEST_CASE("worker: what it printed is kept, up to a bound", "[compiler]") {
  CHECK_THAT(failure(fake(), "exit3").output(), Contains("cannot go on"));
  CHECK(failure(fake(), "nonsense").output().size() <= 65536);
}

TEST_CASE("worker: a complete answer counts even if the process then misbehaves", "[compiler]") {
  const auto text = GENERATE(as<std::string>(), "answer-crash", "answer-hang", "trailing");
  CHECK(ask(fake(), text).object.size() == text.size());
  CHECK(no_children());
}

TEST_CASE("worker: hanging, spinning and flooding end at the deadline", "[compiler]") {
  auto worker = fake();
  worker.timeout = std::chrono::milliseconds(300);
  const auto text = GENERATE(as<std::string>(), "hang", "spin", "flood");
  const auto error = failure(worker, text);
  CHECK(error.reason() == Reason::timed_out);
  CHECK(error.output().size() <= 65536);
  CHECK(no_children());
}

TEST_CASE("worker: CPU time is limited", "[compiler]") {
  auto worker = fake();
  worker.cpu_time = std::chrono::seconds(1);
  CHECK(failure(worker, "spin").reason() == Reason::timed_out);
}

TEST_CASE("worker: memory is limited", "[compiler]") {
  if (support::sanitized) return test::skip("a sanitizer's own records leave no room for a limit of addresses");
  auto worker = fake();
  worker.memory_size = std::size_t{512} << 20U;
  const auto error = failure(worker, "memory");
  CHECK(error.reason() == Reason::exited);
  CHECK(error.status() == 9);
}

TEST_CASE("worker: a grandchild that holds the socket neither blocks nor survives", "[compiler]") {
  const Folder folder;
  const auto error = failure(fake(), "grandchild", folder.path());
  CHECK(error.reason() == Reason::bad_answer);
  CHECK(fs::exists(folder / "left"));
}

TEST_CASE("worker: one that is missing, no program, or deaf", "[compiler]") {
  const Folder folder;
  auto worker = fake();
  worker.path = folder / "absent";
  CHECK(failure(worker, "object").reason() == Reason::not_found);

  write_file(folder / "text", "not a program");
  worker.path = folder / "text";
  const auto refused = failure(worker, "object");
  CHECK(refused.reason() == Reason::not_started);
  CHECK(refused.status() == EACCES);

  const std::string large = "object " + std::string(std::size_t{5} << 20U, 'x');
  CHECK(failure(script(folder / "deaf", "#!/bin/sh\nexit 5\n"), large).status() == 5);
  auto asleep = script(folder / "asleep", "#!/bin/sh\nexec sleep 1000\n");
  asleep.timeout = std::chrono::milliseconds(200);
  CHECK(failure(asleep, large).reason() == Reason::timed_out);
  CHECK(no_children());
}

TEST_CASE("worker: finds nothing of ours around it", "[compiler]") {
  REQUIRE(::setenv("BCCXX_TEST_LEAK", "1", 1) == 0);
  const UniqueFd leak(::dup(0));
  sigset_t usr1;
  sigset_t before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &usr1, &before);
  auto* const pipe_before = std::signal(SIGPIPE, SIG_IGN);
  const auto log = ask(fake(), "surroundings").log;
  std::signal(SIGPIPE, pipe_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::unsetenv("BCCXX_TEST_LEAK");
  CAPTURE(log);
  CHECK_THAT(log, Contains("env PATH=/usr/sbin:/usr/bin:/sbin:/bin\nenv LC_ALL=C\nfd"));
  CHECK_THAT(log, Contains("fd 0 /dev/null\nfd 1 pipe:\nfd 2 pipe:\nfd 3 socket:\nlimit"));
  CHECK_THAT(log, Contains("limit cpu 60\n") && Contains("limit core 0\n"));
  CHECK_THAT(log, Contains("usr1 blocked 0\n") && Contains("sigpipe default true\n") && Contains("group true\n"));
}

TEST_CASE("worker: works where SIGCHLD is ignored", "[compiler]") {
  auto* const before = std::signal(SIGCHLD, SIG_IGN);
  const auto answer = ask(fake(), "object");
  std::signal(SIGCHLD, before);
  CHECK(answer.object.size() == 6);
}

TEST_CASE("worker: many threads at once", "[compiler]") {
  std::array<std::size_t, 8> sizes{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    threads.emplace_back([&sizes, i] { sizes[i] = ask(fake(), "object " + std::string(i, 'x')).object.size(); });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(sizes[i] == 7 + i);
  CHECK(no_children());
}

TEST_CASE("worker: works for a process that has closed its standard streams", "[compiler]") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int fd : {0, 1, 2, 3, 4, 5}) ::close(fd);
    try {
      ::_exit(ask(fake(), "object").object.size() == 6 ? 0 : 1);
    } catch (const std::exception&) {
      ::_exit(2);
    }
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("worker: goes away when the tracer is killed", "[compiler]") {
  const Folder folder;
  const pid_t tracer = ::fork();
  REQUIRE(tracer >= 0);
  if (tracer == 0) {
    try {
      static_cast<void>(ask(fake(), "watch", folder.path()));
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  pid_t worker = 0;
  while (worker == 0) {
    std::ifstream(folder / "pid") >> worker;
    REQUIRE(::waitpid(tracer, nullptr, WNOHANG) == 0);
    std::this_thread::yield();
  }
  const UniqueFd watched(static_cast<int>(::syscall(SYS_pidfd_open, worker, 0)));
  REQUIRE(watched);
  REQUIRE(::kill(tracer, SIGKILL) == 0);
  REQUIRE(::waitpid(tracer, nullptr, 0) == tracer);
  pollfd end{watched.get(), POLLIN, 0};
  CHECK(::poll(&end, 1, 20'000) == 1);
}
