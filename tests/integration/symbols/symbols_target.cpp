// Prints "name address line" for places in its own code, then waits until its standard input ends.

#include <cstdint>
#include <cstdio>

extern "C" void* symbols_target_library_function(int* value);

namespace target {

// Not named in any header: the return address is a place inside whoever calls, inlined or not.
__attribute__((noinline)) void* here() { return __builtin_return_address(0); }

struct Place {
  void* address;
  int line;
};

inline __attribute__((always_inline)) Place inlined_innermost(int& value) {
  value += 3;
  return {here(), __LINE__};
}

constexpr int middle_line = __LINE__ + 2;
inline __attribute__((always_inline)) Place inlined_middle(int& value) {
  const auto place = inlined_innermost(value);
  value *= 5;
  return place;
}

constexpr int outer_line = __LINE__ + 2;
__attribute__((noinline)) Place with_inlines(int& value) {
  const auto place = inlined_middle(value);
  value ^= 9;
  return place;
}

template <class Number>
__attribute__((noinline)) Number doubled(Number value) {
  asm volatile("" : "+r"(value));
  return value + value;
}

static __attribute__((noinline)) int hidden_function(int value) {
  asm volatile("" : "+r"(value));
  return value + 11;
}

}  // namespace target

extern "C" __attribute__((noinline)) int plain_function(int value) {
  asm volatile("" : "+r"(value));
  return value + 7;
}

namespace {

template <class Function>
void tell(const char* name, Function function, int line) {
  std::printf("%s %llx %d\n", name, static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(function)), line);
}

}  // namespace

int main() {
  int value = 1;
  const auto place = target::with_inlines(value);
  tell("inlined", place.address, place.line);
  tell("middle", nullptr, target::middle_line);
  tell("outer", nullptr, target::outer_line);
  tell("plain_function", &plain_function, 0);
  tell("doubled", &target::doubled<long>, 0);
  tell("hidden_function", &target::hidden_function, 0);
  tell("library", symbols_target_library_function(&value), 0);
  std::printf("end %d 0\n", value + plain_function(1) + target::hidden_function(2));
  std::fflush(stdout);
  return std::getchar() == EOF ? 0 : 1;
}
