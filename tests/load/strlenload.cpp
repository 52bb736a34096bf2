// strlenload: waits for a line on standard input, then calls strlen 7 times on 0, 10 on 5, 20 on 100 and 1 on 2000
// characters, and no other time.

#include <unistd.h>

#include <array>
#include <cstring>

namespace {

// Through a volatile pointer, so that the compiler can neither compute nor inline the calls.
std::size_t (*volatile length)(const char*) = std::strlen;
std::array<char, 2001> text;

bool call(int times, std::size_t characters) {
  text.fill('x');
  text[characters] = '\0';
  bool right = true;
  for (int i = 0; i < times; ++i) right = length(text.data()) == characters && right;
  return right;
}

}  // namespace

int main() {
  char line = 0;
  if (read(STDIN_FILENO, &line, 1) != 1) return 1;
  const bool right = call(7, 0) && call(10, 5) && call(20, 100) && call(1, 2000);
  _exit(right ? 0 : 2);
}
