// Asks the cache first; whatever is wrong with it, the compiler process is asked instead.

#include "compiler/fetch.hpp"

#include "compiler/cache_key.hpp"
#include "compiler/cache_place.hpp"
#include "compiler/cache_store.hpp"
#include "compiler/conversation.hpp"
#include "compiler/worker_path.hpp"
#include "support/system_call.hpp"

#include <fcntl.h>
#include <algorithm>
#include <ctime>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

namespace bccxx::compiler {
namespace {

constexpr std::size_t max_files = 8192;

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Refuses what no compiler process could work with.
void check(const Request& request) {
  constexpr std::size_t max_text_size = std::size_t{32} << 20U;
  if (request.text.size() + request.preamble.size() > max_text_size) {
    throw CompileError({{request.file_name, 0, 0, Severity::fatal, "the text is larger than 32 MiB"}}, {});
  }
  if (request.btf.empty()) return;
  const UniqueFd btf(::open(request.btf.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  support::check(btf.get(), "read BTF", request.btf.native());
}

Answer ask(const Request& request, const Worker& worker) {
  auto answer = converse(worker, request);
  if (answer.status == Answer::Status::object) return answer;
  throw CompileError(std::move(answer.diagnostics), std::move(answer.log));
}

/// The files of an answer as they are now, when all are as the compiler process saw them.
///
/// Throws: CacheTrouble
std::vector<FileIdentity> identities(const std::vector<std::string>& paths, std::int64_t started) {
  if (paths.empty()) throw CacheTrouble("the compiler does not say which files it read");
  if (paths.size() > max_files) throw CacheTrouble("the compiler read too many files");
  std::vector<FileIdentity> files;
  for (const auto& path : paths) {
    // The key has the running kernel's build id.
    if (path == "/sys/kernel/btf/vmlinux") continue;
    auto file = identify(path);
    if (!file) throw CacheTrouble(path + ": cannot be read any more");
    if (file->size != 0 && file->changed > started) throw CacheTrouble(path + ": changed during the compile");
    files.push_back(std::move(*file));
  }
  return files;
}

bool up_to_date(const CacheEntry& entry) {
  return std::ranges::all_of(entry.files, [&](const auto& file) { return unchanged(file, entry.made); });
}

/// One request's dealings with the cache: nothing that goes wrong in it goes further than its note.
class Lookup {
 public:
  Lookup(const Request& request, const Worker& worker, const Cache& cache) : cache_(cache) {
    guard([&] {
      key_ = cache_key(request, worker.path);
      store_.emplace(cache_place(cache));
    });
  }

  std::optional<CacheEntry> find() {
    std::optional<CacheEntry> found;
    guard([&] {
      found = store_->load(key_);
      if (found && !up_to_date(*found)) found.reset();
    });
    return found;
  }

  KeyLock lock(std::chrono::milliseconds patience) { return store_ ? store_->lock(key_, patience) : KeyLock(); }

  void keep(const Answer& answer, std::int64_t started) {
    if (!usable()) return;
    guard([&] {
      store_->save(key_, {now(), identities(answer.files, started), answer.log, answer.object}, cache_.max_size);
    });
  }

  [[nodiscard]] bool usable() const noexcept { return store_.has_value(); }
  [[nodiscard]] const std::string& note() const noexcept { return note_; }

 private:
  template <class Action>
  void guard(Action action) {
    try {
      action();
    } catch (const CacheTrouble& trouble) {
      remark(trouble);
    } catch (const std::filesystem::filesystem_error& error) {
      remark(error);
    }
  }

  void remark(const std::exception& trouble) {
    // The first trouble is the cause of the rest.
    if (note_.empty()) note_ = trouble.what();
  }

  const Cache& cache_;
  Digest key_{};
  std::optional<CacheStore> store_;
  std::string note_;
};

Fetched from_entry(CacheEntry entry) { return {std::move(entry.object), Origin::cached, {}, std::move(entry.log)}; }

Fetched from_answer(Answer answer, std::string note) {
  return {std::move(answer.object), Origin::compiled, std::move(note), std::move(answer.log)};
}

Worker with_path(const Worker& worker) {
  auto found = worker;
  found.path = find_worker(worker);
  return found;
}

Fetched compile_and_keep(const Request& request, const Worker& worker, Lookup& lookup) {
  const auto started = now();
  auto answer = ask(request, worker);
  lookup.keep(answer, started);
  return from_answer(std::move(answer), lookup.note());
}

}  // namespace

Fetched fetch(const Request& request, const Worker& worker, const Cache& cache) {
  check(request);
  const auto found = with_path(worker);
  if (cache.mode == Cache::Mode::off) return from_answer(ask(request, found), {});

  Lookup lookup(request, found, cache);
  if (!lookup.usable()) return from_answer(ask(request, found), lookup.note());
  if (auto entry = lookup.find()) return from_entry(std::move(*entry));
  const auto lock = lookup.lock(worker.timeout);
  // Another may have compiled it while we waited.
  if (auto entry = lookup.find()) return from_entry(std::move(*entry));
  return compile_and_keep(request, found, lookup);
}

Fetched fetch_anew(const Request& request, const Worker& worker, const Cache& cache) {
  check(request);
  const auto found = with_path(worker);
  Lookup lookup(request, found, cache);
  return compile_and_keep(request, found, lookup);
}

}  // namespace bccxx::compiler
