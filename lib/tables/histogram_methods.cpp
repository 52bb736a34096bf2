// The only place of the tables that names std::cout, and only for functions called print.

#include <bccxx/tables/histogram_methods.hpp>

#include <iostream>

namespace bccxx::detail {

std::ostream& standard_output() noexcept { return std::cout; }

void write(std::ostream& out, const std::string& text) { out << text; }

}  // namespace bccxx::detail
