// cxx_target COMM FUNCTION TIMES: as target.c, with functions that have C++ names.
#include <sys/prctl.h>
#include <unistd.h>
#include <cstdlib>
#include <cstring>

namespace shapes {

__attribute__((noinline)) int area(int side) {
  asm volatile("");
  return side * side;
}

__attribute__((noinline)) int area(int width, int height) {
  asm volatile("" : : : "memory");
  return width * height;
}

template <class T>
__attribute__((noinline)) T doubled(T x) {
  asm volatile("");
  return x + x;
}

class Circle {
 public:
  explicit Circle(int radius);
  int radius() const;

 private:
  int radius_;
};

__attribute__((noinline)) Circle::Circle(int radius) : radius_(radius) { asm volatile(""); }

__attribute__((noinline)) int Circle::radius() const {
  asm volatile("");
  return radius_;
}

}  // namespace shapes

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  prctl(PR_SET_NAME, argv[1]);
  const int times = std::atoi(argv[3]);
  char byte = 'r';
  if (write(STDOUT_FILENO, &byte, 1) != 1 || read(STDIN_FILENO, &byte, 1) != 1) return 3;
  const auto is = [&](const char* name) { return std::strcmp(argv[2], name) == 0; };
  int sum = 0;
  for (int i = 0; i < times; ++i) {
    if (is("square")) sum += shapes::area(i);
    if (is("rectangle")) sum += shapes::area(i, 2);
    if (is("doubled")) sum += shapes::doubled<int>(i);
    if (is("circle")) sum += shapes::Circle(i).radius();
  }
  return sum < 0;
}
