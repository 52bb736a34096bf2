// The kernel starts a walk anew, without saying so, when the key it is asked to go on from has been removed.

#include "tables/walk.hpp"

#include "support/system_call.hpp"

#include <cerrno>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bccxx::detail {
namespace {

class Walk {
 public:
  Walk(const WalkSource& source, std::size_t key_size, std::size_t value_size, const std::string& name,
       const ChunkSink& sink)
      : source_(source), name_(name), sink_(sink), at_(key_size, '\0'), next_(key_size, '\0'), value_(value_size) {}

  void run() {
    bool more = source_.next(nullptr, bytes(next_));
    while (more) {
      if (given_.contains(next_)) {
        pass_given();
      } else if (source_.lookup(bytes(next_), value_.data())) {
        give();
      } else {
        get_on();
        std::swap(at_, next_);
      }
      more = source_.next(bytes(at_), bytes(next_));
    }
  }

 private:
  static std::byte* bytes(std::string& text) { return reinterpret_cast<std::byte*>(text.data()); }

  void give() {
    idle_steps_ = 0;
    const auto place = given_.emplace(next_, order_.size()).first;
    order_.push_back(&place->first);
    sink_(bytes(next_), value_.data(), 1);
    std::swap(at_, next_);
  }

  /// The next key was given before: either the walk was thrown back, or the key has moved behind this place.
  void pass_given() {
    get_on();
    if (!source_.lookup(bytes(at_), value_.data())) {
      const auto place = given_.find(at_);
      auto index = place == given_.end() ? order_.size() : place->second;
      while (index-- > 0) {
        next_ = *order_[index];
        if (source_.lookup(bytes(next_), value_.data())) break;
      }
    }
    std::swap(at_, next_);
  }

  void get_on() {
    if (++idle_steps_ > 100'000 + 8 * order_.size()) {
      support::fail(EAGAIN, "walk through table", name_);
    }
  }

  const WalkSource& source_;
  const std::string& name_;
  const ChunkSink& sink_;
  std::string at_;
  std::string next_;
  std::vector<std::byte> value_;
  std::unordered_map<std::string, std::size_t> given_;
  std::vector<const std::string*> order_;
  std::size_t idle_steps_ = 0;
};

}  // namespace

void walk(const WalkSource& source, std::size_t key_size, std::size_t value_size, const std::string& name,
          const ChunkSink& sink) {
  Walk(source, key_size, value_size, name, sink).run();
}

}  // namespace bccxx::detail
