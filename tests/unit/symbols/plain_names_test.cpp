// C++ names as people write them.

#include "symbols/plain_names.hpp"

#include <catch2/catch.hpp>

using bccxx::symbols::is_plain_name;
using bccxx::symbols::is_way_to_write;

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
