# The numbers of a machine whose headers name one macro by another: cmake -P, with -DSOURCE=<the project's folder> and
# -DCMAKE_C_COMPILER.
cmake_minimum_required(VERSION 3.22)
include("${SOURCE}/cmake/BccxxSyscalls.cmake")

function(expect row)
  if(NOT row IN_LIST rows)
    message(SEND_ERROR "no row ${row}")
  endif()
endfunction()

# As <asm/unistd.h> of arm64 does.
bccxx_syscalls(rows -D__ARCH_WANT_NEW_STAT -D__ARCH_WANT_RENAMEAT -include asm-generic/unistd.h)
foreach(row "read 63" "mmap 222" "fcntl 25" "statfs 43" "fstatfs 44" "truncate 45" "ftruncate 46" "lseek 62"
            "sendfile 71" "newfstatat 79" "fstat 80" "fadvise64 223" "renameat 38" "mseal 462" "cachestat 451")
  expect("${row}")
endforeach()
foreach(row IN LISTS rows)
  if(NOT row MATCHES "^[a-z0-9_]+ [0-9]+$" OR row MATCHES "^(syscalls|arch_specific_syscall) ")
    message(SEND_ERROR "no system call: ${row}")
  endif()
  string(REGEX REPLACE ".* " "" number "${row}")
  if(number IN_LIST numbers)
    message(SEND_ERROR "twice: ${row}")
  endif()
  list(APPEND numbers ${number})
endforeach()
