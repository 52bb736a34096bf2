// Names addresses of a process cold, with bccxx and with bcc's bcc_symcache_resolve, one in a process of its own.
//
// symbols_bench bccxx|bccxx-single|bccxx-lines|bcc [addresses [binary]]   one run: prints CPU seconds, addresses, how
//                                                                         many have names and lines, peak KiB
// symbols_bench all [addresses [binary]]                                  all of them, with the ratio to bcc
//
// The process runs `binary`, or has libbcc mapped and with it LLVM and clang.

#include <bccxx/symbols/symboliser.hpp>

#include <bcc/bcc_syms.h>

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

struct Named {
  std::size_t symbols = 0;
  std::size_t lines = 0;
};

struct Result {
  double seconds = 0;
  Named named;
  long reader_kib = 0;
};

/// Distinct addresses all over the executable memory of a process, in no order.
std::vector<std::uint64_t> addresses_of(pid_t pid, std::size_t count) {
  struct Range {
    std::uint64_t start;
    std::uint64_t end;
  };
  std::vector<Range> ranges;
  std::uint64_t bytes = 0;
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  for (std::string line; std::getline(maps, line);) {
    Range range{};
    char executable = '-';
    if (std::sscanf(line.c_str(), "%lx-%lx %*c%*c%c", &range.start, &range.end, &executable) != 3) continue;
    if (executable != 'x' || line.find(" /") == std::string::npos) continue;
    ranges.push_back(range);
    bytes += range.end - range.start;
  }
  const auto step = std::max<std::uint64_t>(1, bytes / count);
  std::vector<std::uint64_t> addresses;
  std::uint64_t left = 0;
  for (const auto& range : ranges) {
    auto at = range.start + left;
    for (; at < range.end && addresses.size() < count; at += step) addresses.push_back(at);
    left = at < range.end ? 0 : at - range.end;
  }
  std::shuffle(addresses.begin(), addresses.end(), std::mt19937_64(1));
  return addresses;
}

/// What this process and the ones it has waited for have computed; a busy machine does not change it much.
double cpu_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const auto& time : {usage.ru_utime, usage.ru_stime})
      sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  }
  return sum;
}

/// The most memory a process that reads DWARF for this one has had; 0 when there is none. `target` is no such process.
long reader_peak_kib(pid_t target) {
  std::ifstream children("/proc/thread-self/children");
  long peak = 0;
  for (pid_t pid = 0; children >> pid;) {
    if (pid == target) continue;
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);)
      if (long kib = 0; std::sscanf(line.c_str(), "VmHWM: %ld", &kib) == 1) peak = std::max(peak, kib);
  }
  return peak;
}

/// Only addresses that have a name: looking for one in vain costs bcc a multiple.
std::vector<std::uint64_t> named_addresses_of(pid_t pid, std::size_t count) {
  auto addresses = addresses_of(pid, count * 16);
  bccxx::Symboliser symboliser({.lines = false});
  const auto frames = symboliser.resolve(pid, addresses);
  std::size_t at = 0;
  std::erase_if(addresses, [&](std::uint64_t /*address*/) { return !frames[at++].resolved(); });
  addresses.resize(std::min(addresses.size(), count));
  return addresses;
}

/// The addresses are chosen in a process of its own, so that the measured one starts cold and small.
std::vector<std::uint64_t> chosen_elsewhere(pid_t pid, std::size_t count) {
  auto* shared = static_cast<std::uint64_t*>(
      ::mmap(nullptr, (count + 1) * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto chooser = ::fork();
  if (chooser == 0) {
    const auto addresses = named_addresses_of(pid, count);
    shared[0] = addresses.size();
    std::ranges::copy(addresses, shared + 1);
    ::_exit(0);
  }
  ::waitpid(chooser, nullptr, 0);
  return {shared + 1, shared + 1 + shared[0]};
}

/// As many as are named at once, and then done with, where they get lines: with the functions inlined they are large.
constexpr std::size_t batch_with_lines = 10000;

Result with_bccxx(pid_t pid, const std::vector<std::uint64_t>& addresses, std::size_t batch, bool lines) {
  const auto start = cpu_seconds();
  auto symbols = std::make_unique<bccxx::ProcessSymbols>(pid, bccxx::SymbolOptions{.lines = lines});
  Result result;
  for (auto left = std::span(addresses); !left.empty();) {
    const auto some = left.first(std::min(left.size(), batch));
    for (const auto& frame : symbols->resolve(some)) {
      result.named.symbols += frame.resolved() ? 1U : 0U;
      result.named.lines += frame.line != 0 ? 1U : 0U;
    }
    left = left.subspan(some.size());
  }
  result.reader_kib = reader_peak_kib(pid);
  symbols.reset();
  result.seconds = cpu_seconds() - start;
  return result;
}

/// Loaded where it is used alone, as it takes 60 MiB.
struct LibBcc {
  void* library = ::dlopen("libbcc.so.0", RTLD_NOW);
  template <class Function>
  Function function(const char* name) const {
    return library == nullptr ? nullptr : reinterpret_cast<Function>(::dlsym(library, name));
  }
  decltype(&bcc_symcache_new) symcache_new = function<decltype(&bcc_symcache_new)>("bcc_symcache_new");
  decltype(&bcc_symcache_resolve) symcache_resolve = function<decltype(&bcc_symcache_resolve)>("bcc_symcache_resolve");
  decltype(&bcc_symbol_free_demangle_name) free_demangle_name =
      function<decltype(&bcc_symbol_free_demangle_name)>("bcc_symbol_free_demangle_name");
  decltype(&bcc_free_symcache) free_symcache = function<decltype(&bcc_free_symcache)>("bcc_free_symcache");
};

Result with_bcc(pid_t pid, const std::vector<std::uint64_t>& addresses) {
  const LibBcc bcc;
  const auto start = cpu_seconds();
  void* cache = bcc.symcache_new(pid, nullptr);
  std::vector<std::string> names;
  for (const auto address : addresses) {
    bcc_symbol symbol{};
    if (bcc.symcache_resolve(cache, address, &symbol) == 0) {
      names.emplace_back(symbol.demangle_name);
      bcc.free_demangle_name(&symbol);
    }
  }
  bcc.free_symcache(cache, pid);
  return {cpu_seconds() - start, {names.size(), 0}, 0};
}

/// A process with large binaries: one that runs `binary`, or one with libbcc.
class Target {
 public:
  explicit Target(const std::string& binary) : pid_(::fork()) {
    // By then it has mapped what it needs.
    if (pid_ != 0) {
      ::sleep(2);
      return;
    }
    if (!binary.empty()) ::execl(binary.c_str(), binary.c_str(), nullptr);
    const LibBcc mapped;
    while (binary.empty()) ::pause();
    ::_exit(1);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { ::kill(pid_, SIGKILL); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

int run_one(const std::string& way, std::size_t count, const std::string& binary) {
  const Target target(binary);
  const auto addresses = chosen_elsewhere(target.pid(), count);
  const std::size_t batch = way == "bccxx-single" ? 1 : way == "bccxx-lines" ? batch_with_lines : addresses.size();
  const auto result = way == "bcc" ? with_bcc(target.pid(), addresses)
                                   : with_bccxx(target.pid(), addresses, batch, way == "bccxx-lines");
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:.6f} {} {} {} {} {}\n", result.seconds, addresses.size(), result.named.symbols, result.named.lines,
             usage.ru_maxrss, result.reader_kib);
  return 0;
}

std::string verdict_on(double times_faster, long peak_kib) {
  constexpr double to_reach = 5;
  constexpr long most_mib = 200;
  const auto peak = static_cast<double>(peak_kib) / 1024;
  return fmt::format(
      "symbols alone against bcc {:>12.1f} x faster, CPU time  to reach >= {}: {}\n"
      "peak memory {:>26.1f} MiB                 to reach <= {}: {}",
      times_faster, to_reach, times_faster >= to_reach ? "reached" : "MISSED", peak, most_mib,
      peak <= most_mib ? "reached" : "MISSED");
}

int run_all(const std::string& self, std::size_t count, const std::string& binary) {
  double bcc_seconds = 0;
  std::string verdict;
  fmt::print("{:<14}{:>10}{:>11}{:>10}{:>10}{:>11}{:>12}{:>8}\n", "way", "CPU s", "addresses", "symbols", "lines",
             "peak KiB", "reader KiB", "x bcc");
  for (const std::string way : {"bcc", "bccxx", "bccxx-single", "bccxx-lines"}) {
    const auto command = fmt::format("'{}' {} {} '{}'", self, way, count, binary);
    const std::unique_ptr<std::FILE, decltype(&::pclose)> output(::popen(command.c_str(), "r"), &::pclose);
    double seconds = 0;
    unsigned long addresses = 0;
    Named named;
    long peak = 0;
    long reader = 0;
    if (output == nullptr || std::fscanf(output.get(), "%lf %lu %zu %zu %ld %ld", &seconds, &addresses, &named.symbols,
                                         &named.lines, &peak, &reader) != 6)
      return 1;
    if (way == "bcc") bcc_seconds = seconds;
    fmt::print("{:<14}{:>10.4f}{:>11}{:>10}{:>10}{:>11}{:>12}{:>8.1f}\n", way, seconds, addresses, named.symbols,
               named.lines, peak, reader, bcc_seconds / seconds);
    if (way == "bccxx") verdict = verdict_on(bcc_seconds / seconds, peak);
  }
  fmt::print("{}\n", verdict);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string way = count > 1 ? arguments[1] : "all";
  const std::size_t addresses = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 100000;
  const std::string binary = count > 3 ? arguments[3] : "";
  return way == "all" ? run_all(arguments[0], addresses, binary) : run_one(way, addresses, binary);
}
