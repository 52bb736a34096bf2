# What the .pc file says of its folders, for relative and absolute ones: cmake -P, with -DSOURCE=<the project's folder>.
include("${SOURCE}/cmake/BccxxPkgConfig.cmake")

# expect(LIBDIR INCLUDEDIR TEXT): the file's first three lines
function(expect libdir includedir expected)
  set(CMAKE_INSTALL_PREFIX "/opt/x")
  set(CMAKE_INSTALL_LIBDIR "${libdir}")
  set(CMAKE_INSTALL_INCLUDEDIR "${includedir}")
  get_filename_component(CMAKE_INSTALL_FULL_LIBDIR "${libdir}" ABSOLUTE BASE_DIR "/opt/x")
  bccxx_pkg_config_paths()
  set(file "${CMAKE_CURRENT_BINARY_DIR}/pkg_config_paths.pc")
  configure_file("${SOURCE}/cmake/bccxx.pc.in" "${file}" @ONLY)
  file(STRINGS "${file}" lines LIMIT_COUNT 3)
  file(REMOVE "${file}")
  list(JOIN lines " " said)
  if(NOT said STREQUAL expected)
    message(SEND_ERROR "LIBDIR ${libdir}, INCLUDEDIR ${includedir}: ${said}")
  endif()
endfunction()

expect(lib include "prefix=\${pcfiledir}/../.. libdir=\${prefix}/lib includedir=\${prefix}/include")
expect(lib/x86_64-linux-gnu include
       "prefix=\${pcfiledir}/../../.. libdir=\${prefix}/lib/x86_64-linux-gnu includedir=\${prefix}/include")
expect(/srv/lib include "prefix=/opt/x libdir=/srv/lib includedir=\${prefix}/include")
expect(lib /srv/include "prefix=\${pcfiledir}/../.. libdir=\${prefix}/lib includedir=/srv/include")
