// The command line through CLI11, and the one place where the exceptions of programs end.

#include "program.hpp"

#include "report.hpp"

#include <bccxx/support/escape.hpp>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace programs {
namespace {

enum ExitStatus { ok = 0, usage_error = 1, run_error = 2 };

constexpr int json_version = 1;
// Longer than any machine stays up, and still a number of nanoseconds.
constexpr double longest_interval = 1e9;

std::string check_interval(const std::string& text) {
  double seconds = 0;
  if (!CLI::detail::lexical_cast(text, seconds) || !(seconds >= 1e-6 && seconds <= longest_interval))
    return "must be a number of seconds, greater than 0, not " + text;
  return {};
}

CLI::Validator within(Range range) {
  return CLI::Validator(
      [range](std::string& text) -> std::string {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        if (error == std::errc::result_out_of_range || (whole && number > range.highest))
          return fmt::format("must be at most {}, not {}", range.highest, text);
        if (whole && number >= range.lowest) return {};
        return fmt::format("must be {}, not {}", range.lowest == 0 ? "a whole number" : "a non-zero, positive integer",
                           text);
      },
      "");
}

/// So that no map or file of ours becomes standard output because there was none: it takes what is written.
void fill_standard_descriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    // Each in the direction that fails, as the closed one would have.
    if (fcntl(fd, F_GETFD) < 0) static_cast<void>(open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace

struct Program::CommandLine {
  explicit CommandLine(const std::string& description) : app(description) {}

  /// A number that may be given as an argument or as an option.
  template <class T>
  void argument_or_option(const std::string& argument, const std::string& option, T& target, const std::string& help,
                          const CLI::Validator& check) {
    pairs.emplace_back(app.add_option(argument, target, help)->check(check),
                       app.add_option(option, target, "The same as " + argument)->check(check));
  }
  /// Throws: UsageError for one that was given as both
  void check_once() const {
    for (const auto& [argument, option] : pairs) {
      if (argument->count() != 0 && option->count() != 0)
        throw UsageError(argument->get_name() + " and " + option->get_name() + " are the same");
    }
  }

  CLI::App app;
  std::vector<std::pair<CLI::Option*, CLI::Option*>> pairs;
};

Program::Program(const std::string& description, Defaults defaults)
    : line_(std::make_unique<CommandLine>(description)),
      interval_(defaults.interval),
      first_(defaults.first),
      count_(defaults.count) {
  CLI::App& app = line_->app;
  app.set_help_flag("-h,--help", "Print this and exit");
  app.add_flag("--json", json_, "Print one JSON object a line");
  app.add_flag("--verbose", verbose_, "Say more on standard error: when tracing begins, whole logs of what failed");
}

Program::~Program() = default;

void Program::argument(const std::string& name, std::string& target, const std::string& help) {
  line_->app.add_option(name, target, help)->required();
}
void Program::argument(const std::string& name, int& target, Range range, const std::string& help) {
  line_->app.add_option(name, target, help)->required()->check(within(range));
}
void Program::optional_argument(const std::string& name, std::uint64_t& target, Range range, const std::string& help) {
  line_->app.add_option(name, target, help)->capture_default_str()->check(within(range));
}

void Program::option(const std::string& names, std::string& target, const std::string& help) {
  line_->app.add_option(names, target, help)->capture_default_str();
}
void Program::option(const std::string& names, int& target, Range range, const std::string& help) {
  line_->app.add_option(names, target, help)->check(within(range));
}
void Program::option(const std::string& names, std::uint64_t& target, Range range, const std::string& help) {
  line_->app.add_option(names, target, help)->capture_default_str()->check(within(range));
}
void Program::choice(const std::string& names, std::string& target, const std::vector<std::string>& choices,
                     const std::string& help) {
  line_->app.add_option(names, target, help)->capture_default_str()->check(CLI::IsMember(choices));
}
void Program::flag(const std::string& names, bool& target, const std::string& help) {
  line_->app.add_flag(names, target, help);
}

std::optional<int> Program::read_command_line(int argc, const char* const* argv) {
  line_->app.name(name_);
  // Last, for positional arguments are taken in the order in which they were added.
  const auto help = interval_ < no_interval
                        ? fmt::format("Seconds between rounds, {} if not given", interval_)
                        : std::string("Seconds between rounds; without it, there is one, which Ctrl-C brings about");
  line_->argument_or_option("interval", "--interval", interval_, help, CLI::Validator(check_interval, ""));
  line_->argument_or_option("count", "--rounds", count_, "Ends after so many rounds; without it, Ctrl-C ends",
                            within(at_least_one));
  try {
    line_->app.parse(argc, argv);
    line_->check_once();
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", line_->app.help());
    return ok;
  } catch (const CLI::ValidationError& error) {
    // "NAME: must be", says CLI11.
    std::string why = error.what();
    if (const auto colon = why.find(": "); colon != std::string::npos) why.erase(colon, 1);
    return refuse_command_line(why);
  } catch (const CLI::ParseError& error) {
    return refuse_command_line(error.what());
  } catch (const UsageError& error) {
    return refuse_command_line(error.what());
  }
  return std::nullopt;
}

int Program::run(int argc, const char* const* argv, const std::function<void()>& body) {
  fill_standard_descriptors();
  name_ = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "program";
  if (const auto ended = read_command_line(argc, argv)) return *ended;
  // Somebody who watches through a pipe sees each line at once, too.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  try {
    body();
    check_output();
  } catch (const UsageError& error) {
    return refuse_command_line(error.what());
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}", report(name_, error, verbose_ ? Detail::everything : Detail::short_text));
    return run_error;
  }
  return ok;
}

int Program::refuse_command_line(std::string_view why) const {
  note(usage_.empty() ? fmt::format("{} (-h tells more)", why) : std::string(why));
  if (!usage_.empty()) fmt::print(stderr, "{}\n", fmt::format(fmt::runtime(usage_), name_));
  return usage_error;
}

void check_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw std::runtime_error("cannot write the output");
}

Rounds Program::rounds(std::vector<bccxx::Watch> watch) const {
  // What is printed between rounds may find its reader gone, too.
  for (auto& one : watch) {
    one.on_readable = [read = std::move(one.on_readable)] {
      read();
      check_output();
    };
  }
  return Rounds(std::chrono::nanoseconds(std::llround(interval_ * 1e9)),
                {.count = count_, .first = first_, .watch = std::move(watch)}, [this] {
                  if (verbose_) note("tracing");
                });
}

void Program::print_json(std::initializer_list<Field> fields) const {
  nlohmann::ordered_json object = {{"schema", name_}, {"version", json_version}};
  for (const auto& field : fields)
    std::visit([&](const auto& value) { object[std::string(field.name)] = value; }, field.value);
  fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void Program::note(std::string_view message) const { fmt::print(stderr, "{}: {}\n", name_, message); }

std::function<void(std::string_view)> Program::log() const {
  return [this](std::string_view message) { note(message); };
}

std::string printable(std::string_view bytes) { return bccxx::escape_control(bytes.substr(0, bytes.find('\0'))); }

std::string time_of_day() { return fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr))); }

}  // namespace programs
