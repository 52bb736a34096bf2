#pragma once
// BCCXX_API marks what the shared library exports; everything else is hidden.

#if __cplusplus < 202002L
#error "bccxx needs C++20: compile with -std=c++20"
#endif

#define BCCXX_API __attribute__((visibility("default")))
