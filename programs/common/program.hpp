#pragma once
// What every bundled program has: its command line, its rounds, its errors, its JSON lines.

#include <bccxx/every.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace programs {

/// One member of a JSON line.
struct Field {
  template <class T>
  Field(std::string_view field_name, const T& field_value) : name(field_name) {
    if constexpr (std::is_same_v<T, bool>) {
      value = field_value;
    } else if constexpr (std::unsigned_integral<T>) {
      value = std::uint64_t{field_value};
    } else if constexpr (std::integral<T>) {
      value = std::int64_t{field_value};
    } else if constexpr (std::floating_point<T>) {
      value = double{field_value};
    } else {
      value = std::string(field_value);
    }
  }
  std::string_view name;
  std::variant<bool, std::int64_t, std::uint64_t, double, std::string> value;
};

/// Thrown by a program's body for a command line that cannot be meant so.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The interval of a program whose only round is the last one.
inline constexpr double no_interval = 99999999;

struct Defaults {
  double interval = 1;  ///< seconds between rounds
  bccxx::FirstTick first = bccxx::FirstTick::after_period;
  std::uint64_t count = 0;  ///< rounds; 0: until Ctrl-C
};

/// Whole numbers that an argument may be, both ends included.
struct Range {
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
};
inline constexpr Range any_number = {0, std::numeric_limits<std::uint64_t>::max()};
inline constexpr Range at_least_one = {1, any_number.highest};
inline constexpr Range non_negative = {0, std::numeric_limits<std::int32_t>::max()};
inline constexpr Range process_ids = {1, std::numeric_limits<std::int32_t>::max()};

/// Throws: std::runtime_error when standard output takes no more, as a pipe whose reader has gone
void check_output();

/// The rounds of a program: one each interval, and one more for Ctrl-C or SIGTERM.
class Rounds {
 public:
  class Iterator {
   public:
    explicit Iterator(bccxx::Every::Iterator at) : at_(std::move(at)) {}
    [[nodiscard]] const bccxx::Tick& operator*() const noexcept { return *at_; }
    Iterator& operator++() {
      check_output();
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& it, std::default_sentinel_t end) noexcept { return it.at_ == end; }

   private:
    bccxx::Every::Iterator at_;
  };

  Rounds(std::chrono::nanoseconds interval, bccxx::EveryOptions options, const std::function<void()>& started)
      : every_(interval, std::move(options)) {
    started();
  }
  [[nodiscard]] Iterator begin() { return Iterator(every_.begin()); }
  [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }

 private:
  bccxx::Every every_;
};

/// A program: `PROGRAM [argument…] [interval [count]]` with -h, --json and --verbose. The last two arguments may be
/// given as --interval and --rounds, too.
///
/// Exit status: 0 after the last round, 1 for a wrong command line, 2 for anything that went wrong later, with
/// `PROGRAM: message` on standard error. Results are on standard output, line by line; all else is on standard error.
class Program {
 public:
  explicit Program(const std::string& description, Defaults defaults = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// An argument that must be given, before the interval: `PROGRAM NAME [interval [count]]`.
  void argument(const std::string& name, std::string& target, const std::string& help);
  void argument(const std::string& name, int& target, Range range, const std::string& help);
  /// One that may be left out.
  void optional_argument(const std::string& name, std::uint64_t& target, Range range, const std::string& help);
  /// An option with a value: `--name VALUE`. Its default is what `target` holds.
  void option(const std::string& names, std::string& target, const std::string& help);
  void option(const std::string& names, int& target, Range range, const std::string& help);
  void option(const std::string& names, std::uint64_t& target, Range range, const std::string& help);
  /// An option with one of a few values.
  void choice(const std::string& names, std::string& target, const std::vector<std::string>& choices,
              const std::string& help);
  void flag(const std::string& names, bool& target, const std::string& help);
  /// What a wrong command line is answered with, after what is wrong with it: lines as the program's original prints
  /// them, with the interval and the count, {} being the program's name.
  void usage(std::string lines) { usage_ = std::move(lines); }

  /// Reads the command line, runs `body`, reports what it throws. The result is main's.
  int run(int argc, const char* const* argv, const std::function<void()>& body);

  /// A loop over the rounds; it throws as check_output does. Standard error says `tracing` with --verbose, when
  /// everything is attached.
  [[nodiscard]] Rounds rounds(std::vector<bccxx::Watch> watch = {}) const;

  /// Seconds between rounds.
  [[nodiscard]] double interval() const noexcept { return interval_; }
  [[nodiscard]] bool json() const noexcept { return json_; }
  /// Prints one JSON object with the program's name and the version of its format before the fields.
  void print_json(std::initializer_list<Field> fields) const;

  /// Prints a remark on standard error, after the program's name.
  void note(std::string_view message) const;
  /// For bccxx::Options::log.
  [[nodiscard]] std::function<void(std::string_view)> log() const;

 private:
  struct CommandLine;
  /// Returns: the exit status, when there is nothing more to do
  std::optional<int> read_command_line(int argc, const char* const* argv);
  int refuse_command_line(std::string_view why) const;

  std::unique_ptr<CommandLine> line_;
  std::string name_;
  std::string usage_;
  double interval_;
  bccxx::FirstTick first_;
  std::uint64_t count_ = 0;
  bool json_ = false;
  bool verbose_ = false;
};

/// Text of the kernel, up to its first NUL, with whatever would disturb a terminal as \xNN.
[[nodiscard]] std::string printable(std::string_view bytes);
template <std::size_t N>
[[nodiscard]] std::string printable(const char (&bytes)[N]) {
  return printable(std::string_view(bytes, N));
}

/// The local time of day, HH:MM:SS.
[[nodiscard]] std::string time_of_day();

}  // namespace programs
