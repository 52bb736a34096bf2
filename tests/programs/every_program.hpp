#pragma once
// Every program with arguments it can run with, in namespaces and folders of the test's own.

#include <bccxx/support/unique_fd.hpp>
#include <bccxx/tables/map.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cgroup.hpp"
#include "network/namespaces.hpp"
#include "run_program.hpp"

namespace programs_test {

/// A program and what it is told before its interval.
struct Invocation {
  std::string program;
  std::vector<std::string> arguments;
};

/// What the programs of an invocation work with; it goes with the object.
class Surroundings {
 public:
  Surroundings() {
    std::filesystem::create_directory(files_);
    namespaces_.veth("r", "vin", "s", "s0");
    namespaces_.veth("r", "vout", "s", "s1");
  }
  ~Surroundings() {
    std::error_code none;
    std::filesystem::remove_all(pins_, none);
    std::filesystem::remove_all(files_, none);
    std::filesystem::remove(programs::cgroup2_mount() + "/" + group_name_, none);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  [[nodiscard]] const Namespaces& namespaces() const noexcept { return namespaces_; }

  [[nodiscard]] std::vector<Invocation> invocations() const {
    const std::string self = std::to_string(getpid());
    const std::vector<std::string> netns = {"--netns", namespaces_["r"]};
    const auto on = [&netns](std::vector<std::string> devices) {
      devices.insert(devices.end(), netns.begin(), netns.end());
      return devices;
    };
    return {
        {"map_table_sample", {}},
        {"map_table_sample", {"--backend", "array"}},
        {"map_table_sample", {"--backend", "pinned:" + pins_ + "/table"}},
        {"map_hash_simple", {}},
        {"map_hash_sample", {}},
        {"map_hash_update", {}},
        {"strlen_hist", {}},
        {"map_hist", {}},
        {"map_cpu_array_simple", {}},
        {"mallocstacks", {self, "--svg", files_ + "/malloc.svg"}},
        {"map_perf_array_simple", {}},
        {"map_prog_array_simple", {}},
        {"lpm_trie", {}},
        {"lpm_trie", {"--v6"}},
        {"map_array_of_maps_sample", {}},
        {"map_hash_of_maps_sample", {}},
        {"map_pinned_sample", {"--path", pins_ + "/sample"}},
        {"tunnel_monitor", on({"vin", "-o", files_})},
        {"xdp_redirect_map", on({"vin", "vout", "--both"})},
        {"xdp_redirect_cpu", on({"vin", "0"})},
        {"xskmap_echo", on({"vin"})},
        {"cidr_traffic", {"10.0.0.0/8,2001:db8::/32"}},
        {"function_cost", {"c", "getenv", "-p", self}},
        {"map_bloom_filter", {}},
        {"map_cgroup", {"--group", group_name_}},
        {"map_cgrp_storage", {group_.path()}},
        {"map_dump", {std::to_string(map_->info().id)}},
        {"map_lru_hash", {}},
        {"map_percpu_hash", {}},
        {"map_perf_output", {}},
        {"map_queue_stack", {}},
        {"map_ring_buffer", {}},
        {"map_shared", {}},
        {"map_sk_storage", {self, std::to_string(socket_.get())}},
        {"map_sockhash", {}},
        {"map_sockmap", {}},
        {"map_stack_build_id", {"/bin/true"}},
        {"map_task_storage", {self}},
        {"map_user_ring_buffer", {}},
    };
  }

 private:
  Namespaces namespaces_{{"r", "s"}};
  std::string group_name_ = unique_name("bccxxkilled");
  programs::Cgroup group_{unique_name("bccxxtest")};
  bccxx::UniqueFd socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  bccxx::MapPtr map_ = bccxx::Map::create(
      {.kind = bccxx::MapKind::array, .name = "dumped", .key_size = 4, .value_size = 8, .max_entries = 2});
  std::string pins_ = "/sys/fs/bpf/" + unique_name("bccxx");
  std::string files_ = (std::filesystem::temp_directory_path() / unique_name("bccxxtest")).string();
};

}  // namespace programs_test
