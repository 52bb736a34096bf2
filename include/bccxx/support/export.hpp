#pragma once
// BCCXX_API marks what the shared library exports; everything else is hidden.

#define BCCXX_API __attribute__((visibility("default")))
