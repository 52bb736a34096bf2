// Connections made on a chosen CPU.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <bccxx/support/cpus.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <regex>

#include "run_program.hpp"

using namespace programs_test;

namespace {

/// Somebody to connect to on 127.0.0.1.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(fd_.get(), 64) != 0 ||
        getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = std::to_string(ntohs(address.sin_port));
  }
  [[nodiscard]] const std::string& port() const noexcept { return port_; }

 private:
  bccxx::UniqueFd fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::string port_;
};

}  // namespace

TEST_CASE("map_cpu_array_simple prints a row for each connection, and the counts of each CPU") {
  const Listener listener;
  const auto cpus = bccxx::online_cpus();
  TracingProgram program("map_cpu_array_simple", {});
  run_load("tcpload", {listener.port(), std::to_string(cpus.front()), "3"});
  run_load("tcpload", {listener.port(), std::to_string(cpus.back()), "5"});
  const auto finished = program.interrupt();
  CHECK(finished.ended == "exit 0");

  const auto printed = lines(finished.out);
  REQUIRE_FALSE(printed.empty());
  CHECK(printed[0] == "PID    COMM         OUTPUT");
  const std::regex row_form("\\d+ +\\S+ +start of tcp4connect");
  const std::regex total_form("tcp connects total  (\\d+)  times");
  const std::regex cpu_form("val\\[ (\\d+) \\] =  (\\d+)");
  long rows = 0;
  long total = -1;
  long sum = 0;
  std::map<int, long> counts;
  for (std::size_t i = 1; i < printed.size(); ++i) {
    INFO(printed[i]);
    std::smatch match;
    if (std::regex_match(printed[i], row_form)) {
      ++rows;
    } else if (std::regex_match(printed[i], match, total_form)) {
      CHECK(printed[i - 1].empty());
      total = std::stol(match[1]);
    } else if (std::regex_match(printed[i], match, cpu_form)) {
      counts[std::stoi(match[1])] = std::stol(match[2]);
      sum += std::stol(match[2]);
    } else {
      CHECK(printed[i].empty());
    }
  }
  CHECK(total >= 8);
  CHECK(rows == total);
  CHECK(sum == total);
  CHECK(counts.size() == cpus.size());
  if (cpus.size() > 1) {
    CHECK(counts[cpus.front()] >= 3);
    CHECK(counts[cpus.back()] >= 5);
  }
}

TEST_CASE("map_cpu_array_simple prints JSON lines") {
  const Listener listener;
  TracingProgram program("map_cpu_array_simple", {"--json"});
  run_load("tcpload", {listener.port(), std::to_string(bccxx::online_cpus().front()), "2"});
  long rows = 0;
  long total = 0;
  for (const auto& line : lines(program.interrupt().out)) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "map_cpu_array_simple");
    // The kernel prints <...> for a command name it has not noted yet.
    if (json.contains("output")) rows += json["comm"] == "tcpload" || json["comm"] == "<...>" ? 1 : 0;
    if (json.contains("total")) total = json["total"];
  }
  CHECK(rows >= 2);
  CHECK(total >= rows);
}
