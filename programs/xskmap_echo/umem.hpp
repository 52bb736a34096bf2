#pragma once
// The memory that frames are in: chunks of one size, shared with the kernel.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "xdp_abi.hpp"

namespace xsk {

/// Chunks of memory for frames. A frame is named by its address: its distance from the beginning.
class Umem {
 public:
  static constexpr std::uint32_t chunk_size = 2048;

  explicit Umem(std::uint32_t chunks) : size_(std::size_t{chunks} * chunk_size) {
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) check(-1, "map memory for frames");
    memory_ = static_cast<std::byte*>(memory);
  }
  ~Umem() { munmap(memory_, size_); }
  Umem(const Umem&) = delete;
  Umem& operator=(const Umem&) = delete;

  void register_with(int socket) const {
    xdp_umem_reg registration = {};
    registration.addr = reinterpret_cast<std::uintptr_t>(memory_);
    registration.len = size_;
    registration.chunk_size = chunk_size;
    set_option(socket, XDP_UMEM_REG, registration, "register the memory for frames");
  }

  [[nodiscard]] std::span<std::byte> frame(std::uint64_t address, std::uint32_t length) const {
    return {memory_ + address, length};
  }
  /// The address of the chunk a frame is in; frames begin some way behind it.
  [[nodiscard]] static std::uint64_t chunk_of(std::uint64_t address) { return address - address % chunk_size; }

 private:
  std::size_t size_;
  std::byte* memory_ = nullptr;
};

}  // namespace xsk
