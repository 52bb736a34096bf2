#pragma once
// A program that counts while a test looks.

#include "live_program.hpp"

#include <bpf/bpf.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace live {

/// What a program runs on. The kernel may preempt one that gets packets, but none at a raw tracepoint.
enum class RunsOn { packets, raw_tracepoint };

/// Runs a program over and over on another thread for as long as it lives.
class Runs {
 public:
  explicit Runs(int program, RunsOn on = RunsOn::packets)
      : thread_([this, program, on] {
          std::vector<char> packet(64);
          while (!stop_) {
            LIBBPF_OPTS(bpf_test_run_opts, options);
            if (on == RunsOn::packets) {
              options.data_in = packet.data();
              options.data_size_in = static_cast<std::uint32_t>(packet.size());
              options.repeat = static_cast<int>(each);
            }
            if (bpf_prog_test_run_opts(program, &options) != 0) return;
            runs_ += on == RunsOn::packets ? each : 1;
          }
        }) {}
  ~Runs() { finish(); }
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  std::uint64_t finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return runs_;
  }

 private:
  static constexpr std::uint64_t each = 1000;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> runs_ = 0;
  std::thread thread_;
};

}  // namespace live
