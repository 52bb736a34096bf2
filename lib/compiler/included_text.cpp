// A file that is followed needlessly costs a recompile at most; one that is missed could give a wrong object.

#include "compiler/included_text.hpp"

#include "compiler/include_names.hpp"
#include "compiler/path_flags.hpp"
#include "support/file.hpp"

#include <sys/stat.h>
#include <cstddef>
#include <set>
#include <system_error>
#include <utility>

namespace bccxx::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 1024;
constexpr std::size_t max_text_size = std::size_t{8} << 20U;

bool is_file(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         static_cast<std::size_t>(info.st_size) <= max_text_size;
}

/// The same for every way through the same folder: two files that include each other by way of ".." would never end.
fs::path identity(const fs::path& path) {
  std::error_code gone;
  return fs::weakly_canonical(path.parent_path(), gone) / path.filename();
}

class Search {
 public:
  Search(const std::vector<std::string>& flags, const fs::path& base) : base_(base) {
    const auto parsed = parse_flags(flags);
    // For names in quotes the text's own folder comes before all others.
    quoted_folders_ = {base};
    add_folders(parsed, Flag::Names::quoted_folder, quoted_folders_);
    for (const auto kind : {Flag::Names::folder, Flag::Names::system_folder, Flag::Names::late_folder}) {
      add_folders(parsed, kind, folders_);
    }
    for (const auto& flag : parsed) {
      if (flag.names == Flag::Names::file) forced_.push_back({flag.path, true, false});
    }
  }

  IncludedText run(const std::vector<std::string_view>& texts) {
    result_.folders = quoted_folders_;
    result_.folders.erase(result_.folders.begin());
    result_.folders.insert(result_.folders.end(), folders_.begin(), folders_.end());
    for (const auto& name : forced_) follow(name, base_);
    for (const auto text : texts) follow_all(text, base_);
    return std::move(result_);
  }

 private:
  void add_folders(const std::vector<Flag>& flags, Flag::Names kind, std::vector<fs::path>& folders) const {
    for (const auto& flag : flags) {
      if (flag.names == kind && !flag.path.empty()) folders.push_back(base_ / flag.path);
    }
  }

  void follow_all(std::string_view text, const fs::path& folder) {
    const auto found = include_names(text);
    result_.literal = result_.literal && found.literal;
    for (const auto& name : found.names) follow(name, folder);
  }

  void follow(const IncludeName& name, const fs::path& folder) {
    auto paths = find(name, folder);
    if (paths.empty()) paths.emplace_back();
    for (const auto& path : paths) read(name, path);
  }

  void read(const IncludeName& name, const fs::path& path) {
    if (!result_.complete || !seen_.emplace(name.text, identity(path)).second) return;
    auto text = path.empty() ? std::string() : support::read_small_file(path.native()).value_or("");
    size_ += text.size();
    if (seen_.size() > max_files || size_ > max_text_size) {
      result_.complete = false;
      return;
    }
    result_.inclusions.push_back({name.text, name.quoted, path, text});
    follow_all(text, path.parent_path());
  }

  /// Where the name leads first; with #include_next, everywhere it may lead.
  [[nodiscard]] std::vector<fs::path> find(const IncludeName& name, const fs::path& folder) const {
    std::vector<fs::path> found;
    const auto look = [&](const fs::path& place) {
      const bool wanted = found.empty() || name.next;
      if (wanted && is_file(place / name.text)) found.push_back(place / name.text);
    };
    if (name.quoted) {
      look(folder);
      for (const auto& place : quoted_folders_) look(place);
    }
    for (const auto& place : folders_) look(place);
    return found;
  }

  fs::path base_;
  std::vector<fs::path> quoted_folders_;
  std::vector<fs::path> folders_;
  std::vector<IncludeName> forced_;
  std::set<std::pair<std::string, fs::path>> seen_;
  std::size_t size_ = 0;
  IncludedText result_;
};

}  // namespace

std::string IncludedText::whole() const {
  std::string text;
  for (const auto& inclusion : inclusions) text += inclusion.text + '\n';
  return text;
}

IncludedText read_included_text(const std::vector<std::string_view>& texts, const std::vector<std::string>& flags,
                                const fs::path& base) {
  return Search(flags, base).run(texts);
}

}  // namespace bccxx::compiler
