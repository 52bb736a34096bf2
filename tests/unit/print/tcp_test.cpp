// TCP's states and flags as bcc's Python writes them.

#include <bccxx/print/tcp.hpp>

#include <catch2/catch.hpp>

#include <netinet/tcp.h>

using bccxx::tcp_flags;
using bccxx::tcp_state;

TEST_CASE("states of TCP have the names of the kernel's enumerators", "[tcp]") {
  CHECK(tcp_state(TCP_ESTABLISHED) == "ESTABLISHED");
  CHECK(tcp_state(TCP_SYN_SENT) == "SYN_SENT");
  CHECK(tcp_state(TCP_TIME_WAIT) == "TIME_WAIT");
  CHECK(tcp_state(TCP_CLOSE) == "CLOSE");
  CHECK(tcp_state(TCP_LAST_ACK) == "LAST_ACK");
  CHECK(tcp_state(TCP_LISTEN) == "LISTEN");
  CHECK(tcp_state(TCP_CLOSING) == "CLOSING");
  CHECK(tcp_state(12) == "NEW_SYN_RECV");
  CHECK(tcp_state(0) == "[unknown: 0]");
  CHECK(tcp_state(13) == "[unknown: 13]");
  CHECK(tcp_state(-1) == "[unknown: -1]");
}

TEST_CASE("flags of TCP are joined from the lowest bit up", "[tcp]") {
  CHECK(tcp_flags(0).empty());
  CHECK(tcp_flags(TH_SYN | TH_ACK) == "SYN|ACK");
  CHECK(tcp_flags(TH_FIN | TH_PUSH | TH_ACK) == "FIN|PSH|ACK");
  CHECK(tcp_flags(0xff) == "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR");
}
