#pragma once
// Bounded reads from an untrusted file or from bytes in memory; nothing is ever mapped, so truncation cannot fault.

#include <bccxx/support/export.hpp>
#include <bccxx/support/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace bccxx::symbols {

class BCCXX_API ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource();

  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Reads what there is at `offset`, at most `into.size()` bytes, and says how many.
  [[nodiscard]] virtual std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) const = 0;

  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> into) const {
    return read_some(offset, into) == into.size();
  }
  template <class T>
  [[nodiscard]] bool read(std::uint64_t offset, T& into) const {
    static_assert(std::is_trivially_copyable_v<T>);
    return read(offset, std::as_writable_bytes(std::span(&into, 1)));
  }
  /// Whether `count` bytes from `offset` lie within the source.
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t count) const noexcept {
    return offset <= size() && count <= size() - offset;
  }
};

/// Reads a regular file with pread(2).
class BCCXX_API FileSource final : public ByteSource {
 public:
  FileSource(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) const override;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::uint64_t size_;
};

class BCCXX_API MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace bccxx::symbols
