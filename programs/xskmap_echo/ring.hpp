#pragma once
// A ring shared with the kernel: one side puts entries in, the other takes them out, and neither waits for the other.

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "xdp_abi.hpp"

namespace xsk {

/// The memory of a ring: two counters that only grow, and `size` entries, a power of two. The entry of count n is at
/// n modulo size. Who fills an entry must have written it before the producer's counter says so (release), and who
/// reads that counter must not have read the entry before (acquire); the same holds for the consumer's counter.
template <class Entry>
class Ring {
 public:
  Ring(int socket, off_t page, const xdp_ring_offset& offsets, std::uint32_t size)
      : size_(size), mapped_(offsets.desc + size * sizeof(Entry)) {
    void* memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, socket, page);
    if (memory == MAP_FAILED) check(-1, "map a ring");
    memory_ = static_cast<std::byte*>(memory);
    producer_ = reinterpret_cast<std::uint32_t*>(memory_ + offsets.producer);
    consumer_ = reinterpret_cast<std::uint32_t*>(memory_ + offsets.consumer);
    entries_ = reinterpret_cast<Entry*>(memory_ + offsets.desc);
  }
  ~Ring() { munmap(memory_, mapped_); }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// Puts an entry in. Returns: false when the ring is full
  [[nodiscard]] bool push(const Entry& entry) {
    const auto produced = ours(producer_);
    if (produced - theirs(consumer_) == size_) return false;
    entries_[produced % size_] = entry;
    std::atomic_ref(*producer_).store(produced + 1, std::memory_order_release);
    return true;
  }
  /// Takes the oldest entry out. Returns: nothing when the ring is empty
  [[nodiscard]] std::optional<Entry> pop() {
    const auto consumed = ours(consumer_);
    if (consumed == theirs(producer_)) return std::nullopt;
    const Entry entry = entries_[consumed % size_];
    std::atomic_ref(*consumer_).store(consumed + 1, std::memory_order_release);
    return entry;
  }
  /// Whether the other side has taken out all that was put in.
  [[nodiscard]] bool emptied() const { return ours(producer_) == theirs(consumer_); }

 private:
  static std::uint32_t ours(std::uint32_t* counter) {
    return std::atomic_ref(*counter).load(std::memory_order_relaxed);
  }
  static std::uint32_t theirs(std::uint32_t* counter) {
    return std::atomic_ref(*counter).load(std::memory_order_acquire);
  }

  std::uint32_t size_;
  std::size_t mapped_;
  std::byte* memory_ = nullptr;
  std::uint32_t* producer_ = nullptr;
  std::uint32_t* consumer_ = nullptr;
  Entry* entries_ = nullptr;
};

}  // namespace xsk
