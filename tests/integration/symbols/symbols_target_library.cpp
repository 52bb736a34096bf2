// A function of a shared library that tells a place in itself: its address as others see it may be a stub of theirs.

namespace {

__attribute__((noinline)) void* here() { return __builtin_return_address(0); }

}  // namespace

extern "C" __attribute__((visibility("default"), noinline)) void* symbols_target_library_function(int* value) {
  auto* place = here();
  *value = *value * 3 + 1;
  return place;
}
