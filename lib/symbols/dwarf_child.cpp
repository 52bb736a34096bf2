// Reads for as long as somebody asks, and keeps little of what it read.

#include "symbols/dwarf_child.hpp"

#include "symbols/dwarf_child_privileges.hpp"
#include "symbols/dwarf_protocol.hpp"

#include <malloc.h>
#include <unistd.h>
#include <algorithm>
#include <list>
#include <memory>

namespace bccxx::symbols {
namespace {

constexpr std::size_t most_open_files = 8;
/// How much the worker keeps from one address to the next.
constexpr std::size_t most_kept_bytes = std::size_t{64} << 20;
constexpr std::size_t addresses_between_checks = 4;

struct OpenFile {
  std::uint64_t key = 0;
  UniqueFd fd;
  std::unique_ptr<DwarfFile> dwarf;
};

void open_file(std::list<OpenFile>& files, std::uint64_t key, UniqueFd fd) {
  const auto known = std::ranges::find(files, key, &OpenFile::key);
  if (known != files.end()) {
    files.splice(files.begin(), files, known);
  } else {
    if (files.size() == most_open_files) files.pop_back();
    auto dwarf = std::make_unique<DwarfFile>(fd.get());
    files.push_front({key, std::move(fd), std::move(dwarf)});
  }
}

/// What is allocated. How large the heap is says less: it does not become smaller when something near its end stays.
std::size_t allocated_bytes() {
  const auto heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

/// What libdw has read of a unit stays in memory until its file is closed.
void shrink(std::list<OpenFile>& files, std::size_t born_bytes) {
  auto& current = files.front();
  current.dwarf->release_pages();
  if (allocated_bytes() < born_bytes + most_kept_bytes) return;
  while (files.size() > 1) files.pop_back();
  current.dwarf.reset();
  ::malloc_trim(0);
  current.dwarf = std::make_unique<DwarfFile>(current.fd.get());
}

void serve(int socket) {
  const auto born_bytes = allocated_bytes();
  std::list<OpenFile> files;
  std::vector<std::uint64_t> addresses;
  for (;;) {
    DwarfQuestion question;
    UniqueFd fd;
    if (!receive_question(socket, question, fd) || question.count > DwarfQuestion::most_addresses) return;
    addresses.resize(question.count);
    if (!receive_all(socket, std::as_writable_bytes(std::span(addresses)), std::nullopt)) return;
    open_file(files, question.key, std::move(fd));
    std::vector<SourcePlace> places;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      if (i % addresses_between_checks == 0) shrink(files, born_bytes);
      places.push_back(files.front().dwarf->find(addresses[i]));
    }
    const auto answer = write_places(places);
    const std::uint64_t size = answer.size();
    if (!send_all(socket, std::as_bytes(std::span(&size, 1))) || !send_all(socket, std::as_bytes(std::span(answer))))
      return;
  }
}

}  // namespace

void run_dwarf_child(int socket) {
  socket = give_up_privileges(socket);
  try {
    serve(socket);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace bccxx::symbols
