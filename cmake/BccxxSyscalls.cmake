# The system calls of the machine that is compiled for, from the C library's headers, and those that came after them.

# The same on every machine; from Linux 6.5 to 6.17.
set(bccxx_newer_syscalls
    "cachestat 451;fchmodat2 452;map_shadow_stack 453;futex_wake 454;futex_wait 455;futex_requeue 456;statmount 457"
    "listmount 458;lsm_get_self_attr 459;lsm_set_self_attr 460;lsm_list_modules 461;mseal 462;setxattrat 463"
    "getxattrat 464;listxattrat 465;removexattrat 466;open_tree_attr 467;file_getattr 468;file_setattr 469")

# bccxx_syscalls(RESULT [FLAG...]): a list of "name number". FLAGs are for the C compiler, instead of those that
# include <asm/unistd.h>.
function(bccxx_syscalls result)
  set(flags ${ARGN})
  if(NOT flags)
    set(flags -include asm/unistd.h)
  endif()
  set(work "${CMAKE_CURRENT_BINARY_DIR}/syscalls.c")
  file(WRITE "${work}" "")
  execute_process(
    COMMAND ${CMAKE_C_COMPILER} ${CMAKE_C_COMPILER_ARG1} -dM -E ${flags} "${work}"
    OUTPUT_VARIABLE macros
    RESULT_VARIABLE failed)
  string(REGEX MATCHALL "#define __NR_[a-z0-9_]+ " names "${macros}")
  # The number may be that of another macro, which only the compiler can tell.
  foreach(name IN LISTS names)
    string(REGEX REPLACE "#define __NR_(.*) " "\\1" name "${name}")
    # How many there are, and where a machine's own begin, are no calls.
    if(NOT name MATCHES "^(syscalls|arch_specific_syscall)$")
      file(APPEND "${work}" "bccxx \"${name}\" __NR_${name}\n")
    endif()
  endforeach()
  execute_process(
    COMMAND ${CMAKE_C_COMPILER} ${CMAKE_C_COMPILER_ARG1} -E -P ${flags} "${work}"
    OUTPUT_VARIABLE rows
    RESULT_VARIABLE failed)
  file(REMOVE "${work}")
  string(REGEX MATCHALL "bccxx \"[a-z0-9_]+\" [0-9]+\n" rows "${rows}")
  if(failed OR NOT rows)
    message(FATAL_ERROR "<asm/unistd.h> gives no numbers of system calls; install the C library's headers (libc6-dev)")
  endif()
  list(TRANSFORM rows REPLACE "bccxx \"(.*)\" (.*)\n" "\\1 \\2")
  foreach(newer IN LISTS bccxx_newer_syscalls)
    string(REGEX REPLACE " .*" " " name "${newer}")
    if(NOT ";${rows}" MATCHES ";${name}")
      list(APPEND rows "${newer}")
    endif()
  endforeach()
  set(${result} "${rows}" PARENT_SCOPE)
endfunction()
