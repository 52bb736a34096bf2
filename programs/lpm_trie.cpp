// Shows longest-prefix match: which of the stored networks is the most specific one that an address lies in.
//
// Run it as root:  lpm_trie [interval [count]] [--v6]
// Every line is a question and its answer; a wrong answer says so and makes the exit status 2. The first questions come
// from user space. The last ones come from the kernel: connect() reports the addresses this program connects to, and
// the BPF program looks each up. In a key the address stands in network order, as inet_pton writes it: shifting it to
// the machine's order would match other networks.

#include <bccxx/bpf.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "program.hpp"

namespace {

constexpr const char* bpf_text = R"(
// Where sockaddr_in and sockaddr_in6 hold the address, and how long it is.
#ifdef V6
#define ADDRESS_OFFSET 8
#define ADDRESS_SIZE 16
#else
#define ADDRESS_OFFSET 4
#define ADDRESS_SIZE 4
#endif

struct key_t {
  u32 prefixlen;
  u8 data[ADDRESS_SIZE];
};
BPF_LPM_TRIE(trie, struct key_t, int, 16);
BPF_HASH(answers, struct key_t, int, 16);

TRACEPOINT_PROBE(syscalls, sys_enter_connect) {
  if ((bpf_get_current_pid_tgid() >> 32) != MY_PID) return 0;
  struct key_t key = {.prefixlen = 8 * ADDRESS_SIZE};
  bpf_probe_read_user(key.data, sizeof(key.data), (char *)args->uservaddr + ADDRESS_OFFSET);
  int *found = trie.lookup(&key);
  int answer = found ? *found : -1;
  answers.update(&key, &answer);
  return 0;
}
)";

/// One family of addresses: its tables, and questions about them.
template <std::size_t Size>
class Lesson {
 public:
  using Key = bccxx::LpmKey<Size>;

  Lesson(const programs::Program& program, const bccxx::BPF& bpf)
      : program_(program),
        trie_(bpf.get_lpm_trie_table<Key, int>("trie")),
        answers_(bpf.get_hash_table<Key, int>("answers")) {}

  /// "192.168.0.0/24" as a key.
  static Key key(const std::string& text) {
    const auto slash = text.find('/');
    Key key;
    key.prefixlen = static_cast<std::uint32_t>(std::stoul(text.substr(slash + 1)));
    if (inet_pton(family, text.substr(0, slash).c_str(), key.data.data()) != 1) throw std::invalid_argument(text);
    return key;
  }

  void insert(const std::string& prefix, int value) { trie_.update(key(prefix), value); }
  void insert_too_long(const std::string& prefix, const std::string& wanted) {
    expect_insert(prefix, key(prefix), wanted);
  }
  void look_up(const std::string& address, const std::string& wanted) {
    expect(address, shown(trie_.find(key(address))), wanted);
  }
  void remove(const std::string& prefix, const std::string& wanted) {
    expect("remove " + prefix, trie_.remove(key(prefix)) ? "removed" : "not found", wanted);
  }
  /// Fills the trie and tries one entry more.
  void overfill() {
    auto entry = key(Size == 4 ? "10.99.0.0/32" : "fd00::/128");
    for (auto size = trie_.size(); size < trie_.capacity(); ++size) {
      ++entry.data.back();
      trie_.update(entry, 99);
    }
    ++entry.data.back();
    expect_insert(fmt::format("entry {}", trie_.capacity() + 1), entry, "ENOSPC");
  }
  void list(const std::string& wanted) {
    std::string all;
    for (const auto& [prefix, value] : trie_.items()) all += (all.empty() ? "" : " ") + shown(prefix);
    expect("all", all, wanted);
  }
  /// The same question, asked by the BPF program.
  void connect(const std::string& address, const std::string& wanted) {
    const Key asked = key(address);
    const bccxx::UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Whether there is a route does not matter: the call has been seen by then. No datagram is sent.
    if constexpr (Size == 4) {
      sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {}, .sin_zero = {}};
      std::memcpy(&to.sin_addr, asked.data.data(), Size);
      (void)::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to));
    } else {
      sockaddr_in6 to = {};
      to.sin6_family = AF_INET6;
      to.sin6_port = htons(9);
      std::memcpy(&to.sin6_addr, asked.data.data(), Size);
      (void)::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to));
    }
    const auto answer = answers_.find(asked);
    expect("connect " + address, !answer ? "not asked" : *answer < 0 ? "not found" : std::to_string(*answer), wanted);
  }
  void describe() {
    const auto& info = trie_.map()->info();
    expect("trie",
           fmt::format("keys of {} bytes, {} entries, flags {:#x}", info.key_size, info.max_entries, info.flags),
           fmt::format("keys of {} bytes, 16 entries, flags 0x1", 4 + Size));
  }
  void conclude() const {
    if (wrong_ != 0) throw std::runtime_error(fmt::format("{} wrong answers", wrong_));
  }

 private:
  static constexpr int family = Size == 4 ? AF_INET : AF_INET6;

  static std::string shown(const std::optional<int>& value) { return value ? std::to_string(*value) : "not found"; }
  static std::string shown(const Key& prefix) {
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(family, prefix.data.data(), text, sizeof(text));
    return fmt::format("{}/{}", text, prefix.prefixlen);
  }
  template <class Ask>
  static std::string result(Ask ask) {
    try {
      return ask();
    } catch (const bccxx::SystemError& error) {
      return strerrorname_np(error.code().value());
    }
  }
  void expect_insert(const std::string& what, const Key& prefix, const std::string& wanted) {
    const auto answer = result([&] {
      trie_.update(prefix, 99);
      return std::string("inserted");
    });
    expect("insert " + what, answer, wanted);
  }
  void expect(const std::string& question, const std::string& answer, const std::string& wanted) {
    const bool right = answer == wanted;
    if (!right) ++wrong_;
    if (program_.json()) {
      program_.print_json({{"question", question}, {"answer", answer}, {"right", right}});
    } else {
      fmt::print("{} -> {}{}\n", question, answer, right ? "" : "  WRONG, should be " + wanted);
    }
  }

  const programs::Program& program_;
  bccxx::LpmTrie<Key, int> trie_;
  bccxx::HashTable<Key, int> answers_;
  int wrong_ = 0;
};

void version_4(Lesson<4> lesson) {
  lesson.describe();
  lesson.insert("192.168.0.0/24", 24);
  lesson.insert("192.168.0.0/28", 28);
  lesson.look_up("192.168.0.15/32", "28");
  lesson.look_up("192.168.0.127/32", "24");
  lesson.look_up("172.16.1.127/32", "not found");

  lesson.insert("0.0.0.0/0", 0);
  lesson.look_up("172.16.1.127/32", "0");
  // Only prefixes no longer than the question's match.
  lesson.look_up("192.168.0.15/26", "24");
  lesson.look_up("192.168.0.15/20", "0");
  lesson.insert_too_long("192.168.0.0/33", "EINVAL");

  // The bits behind the prefix stay as they were written.
  lesson.insert("10.1.2.3/8", 8);
  lesson.look_up("10.200.0.1/32", "8");
  lesson.list("10.1.2.3/8 192.168.0.0/28 192.168.0.0/24 0.0.0.0/0");

  lesson.connect("192.168.0.15/32", "28");
  lesson.connect("192.168.0.127/32", "24");
  lesson.connect("172.16.1.127/32", "0");

  lesson.remove("192.168.0.0/28", "removed");
  lesson.remove("192.168.0.0/28", "not found");
  lesson.look_up("192.168.0.15/32", "24");
  lesson.overfill();
  lesson.conclude();
}

void version_6(Lesson<16> lesson) {
  lesson.describe();
  lesson.insert("2a00:1450:4001:814:200e::/64", 64);
  lesson.insert("2a00:1450:4001:814::200e/96", 96);
  lesson.look_up("2a00:1450:4001:814::1024/128", "96");
  lesson.look_up("2a00:1450:4001:814:2046::/128", "64");
  lesson.look_up("2a00:ffff::/128", "not found");

  // A length that is no multiple of 16 shows whether the bytes are in the right order.
  lesson.insert("2a00:1450:4001:810::/60", 60);
  lesson.look_up("2a00:1450:4001:81f::1/128", "60");
  lesson.look_up("2a00:1450:4001:820::1/128", "not found");
  lesson.look_up("2a00:1450:4001:f10::1/128", "not found");

  lesson.insert("2a00:ffff::1/128", 128);
  lesson.look_up("2a00:ffff::1/128", "128");
  lesson.look_up("2a00:ffff::2/128", "not found");

  lesson.connect("2a00:1450:4001:814::1024/128", "96");
  lesson.connect("2a00:1450:4001:81f::1/128", "60");
  lesson.connect("2a00:ffff::/128", "not found");

  lesson.insert("::/0", 0);
  lesson.look_up("2a00:ffff::/128", "0");
  lesson.insert_too_long("2a00:1450::/129", "EINVAL");
  lesson.remove("2a00:1450:4001:814::/96", "removed");
  lesson.look_up("2a00:1450:4001:814::1024/128", "64");
  lesson.overfill();
  lesson.conclude();
}

}  // namespace

int main(int argc, char** argv) {
  programs::Program program("Shows longest-prefix match with a trie, one question and its answer a line.",
                            {.first = bccxx::FirstTick::at_once, .count = 1});
  bool v6 = false;
  program.flag("--v6", v6, "Addresses of IPv6 instead of IPv4");

  return program.run(argc, argv, [&] {
    bccxx::Options options{.cflags = {"-DMY_PID=" + std::to_string(getpid())}, .log = program.log()};
    if (v6) options.cflags.push_back("-DV6");
    for ([[maybe_unused]] const auto& tick : program.rounds()) {
      const bccxx::BPF bpf(bpf_text, options);  // with empty tables
      if (v6) {
        version_6({program, bpf});
      } else {
        version_4({program, bpf});
      }
    }
  });
}
