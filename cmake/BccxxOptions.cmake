# What a user may choose. Everything beyond the library itself is on only when bccxx is the top-level project.
option(BCCXX_PROGRAMS "Build the bundled programs" ${PROJECT_IS_TOP_LEVEL})
option(BCCXX_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(BCCXX_BENCH "Build the benchmarks" OFF)
option(BCCXX_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(BCCXX_INSTALL "Generate the install rules" ${PROJECT_IS_TOP_LEVEL})
option(BCCXX_WERROR "Treat warnings as errors" OFF)
set(BCCXX_SANITIZE "" CACHE STRING "Sanitizers for every target, for example address,undefined")
