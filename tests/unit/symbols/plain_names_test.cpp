// C++ names as people write them.

#include "symbols/plain_names.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <memory>

using bccxx::symbols::find_plain;
using bccxx::symbols::is_plain_name;
using bccxx::symbols::is_way_to_write;

// Symbols of this very program, as compilers name what they split off.
__asm__(
    ".pushsection .text\n"
    ".type _ZN13bccxx_example1fEi, %function\n_ZN13bccxx_example1fEi: .long 0\n"
    ".type _ZN13bccxx_example1fEi.cold, %function\n_ZN13bccxx_example1fEi.cold: .long 0\n"
    ".type _ZN13bccxx_example1fEi.part.0, %function\n_ZN13bccxx_example1fEi.part.0: .long 0\n"
    ".type _ZN13bccxx_example1gEi.isra.0, %function\n_ZN13bccxx_example1gEi.isra.0: .long 0\n"
    ".popsection\n");

TEST_CASE("a C++ function is the one it was before the compiler split it, where that is there", "[plain_names]") {
  bccxx::UniqueFd fd(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  REQUIRE(fstat(fd.get(), &status) == 0);
  const bccxx::symbols::ElfFile file(
      std::make_shared<const bccxx::symbols::FileSource>(std::move(fd), static_cast<std::uint64_t>(status.st_size)));
  const bccxx::symbols::ElfFunctions functions(file);
  const auto found = [&](const char* name) {
    std::vector<std::string> names;
    for (const auto& f : find_plain(functions, name, bccxx::symbols::NameOrigin::trusted)) names.push_back(f.name);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(found("bccxx_example::f") == Names{"_ZN13bccxx_example1fEi"});
  CHECK(found("bccxx_example::f(int)") == Names{"_ZN13bccxx_example1fEi"});
  CHECK(found("bccxx_example::f(int) [clone .cold]") == Names{"_ZN13bccxx_example1fEi.cold"});
  CHECK(found("bccxx_example::g") == Names{"_ZN13bccxx_example1gEi.isra.0"});
}

TEST_CASE("a C++ function may be written with its parameters or without", "[plain_names]") {
  CHECK(is_way_to_write("ns::f(int)", "ns::f(int)"));
  CHECK(is_way_to_write("ns::f", "ns::f(int)"));
  CHECK(is_way_to_write("ns::f(int,char*)", "ns::f(int, char*)"));
  CHECK(is_way_to_write("ns :: f( int , char * )", "ns::f(int, char*)"));
  CHECK(is_way_to_write("C::get", "C::get() const"));
  CHECK(is_way_to_write("C::get() const", "C::get() const"));
  CHECK(is_way_to_write("C::C", "C::C(C const&)"));
  CHECK(is_way_to_write("C::~C()", "C::~C()"));
  CHECK(is_way_to_write("C::operator()", "C::operator()(int)"));
  CHECK(is_way_to_write("C::operator()(int)", "C::operator()(int)"));
  CHECK(is_way_to_write("C::operator int", "C::operator int() const"));
  CHECK(is_way_to_write("(anonymous namespace)::f", "(anonymous namespace)::f(int)"));
  CHECK(is_way_to_write("apply(int (*)(int))", "apply(int (*)(int))"));
  CHECK(is_way_to_write("apply", "apply(int (*)(int))"));
  CHECK(is_way_to_write("f", "f(int)"));
  CHECK_FALSE(is_way_to_write("ns::f(long)", "ns::f(int)"));
  CHECK_FALSE(is_way_to_write("f", "ns::f(int)"));
  CHECK_FALSE(is_way_to_write("ns::f(", "ns::f(int)"));
  CHECK_FALSE(is_way_to_write("", "ns::f(int)"));
  CHECK_FALSE(is_way_to_write("C::get()", "C::get() const"));
}

TEST_CASE("the result that templates show need not be written", "[plain_names]") {
  const auto* name = "std::vector<int, std::allocator<int> > ns::make<int, char>(int, char)";
  CHECK(is_way_to_write("ns::make<int, char>", name));
  CHECK(is_way_to_write("ns::make<int,char>(int,char)", name));
  CHECK(is_way_to_write(name, name));
  CHECK_FALSE(is_way_to_write("ns::make<int>", name));
  CHECK_FALSE(is_way_to_write("ns::make", name));
}

TEST_CASE("names that C could have are told from those it could not", "[plain_names]") {
  CHECK(is_plain_name("ns::f"));
  CHECK(is_plain_name("f(int)"));
  CHECK_FALSE(is_plain_name("f"));
  CHECK_FALSE(is_plain_name("_ZN2ns1fEi"));
}
