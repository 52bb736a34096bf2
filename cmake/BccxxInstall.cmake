# Install rules, the CMake package and the pkg-config file.
include(CMakePackageConfigHelpers)

set(layers facade runtime tables print symbols compiler object support)
list(TRANSFORM layers PREPEND bccxx_ OUTPUT_VARIABLE targets)
install(
  TARGETS ${targets}
  EXPORT bccxxTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/bccxx" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
if(TARGET bccxx-cc)
  install(TARGETS bccxx-cc RUNTIME DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/bccxx")
  # For the shell, under the same name among the commands.
  file(RELATIVE_PATH compiler "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/bccxx/bccxx-cc")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/command")
  file(CREATE_LINK "${compiler}" "${PROJECT_BINARY_DIR}/command/bccxx-cc" SYMBOLIC)
  install(FILES "${PROJECT_BINARY_DIR}/command/bccxx-cc" DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(BCCXX_PROGRAMS)
  get_property(programs DIRECTORY "${PROJECT_SOURCE_DIR}/programs" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(program IN LISTS programs)
    get_target_property(type ${program} TYPE)
    if(type STREQUAL "EXECUTABLE")
      install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
      list(APPEND targets ${program})
    endif()
  endforeach()
endif()

# An installed tree can be moved as a whole: what is linked is found from where one's self lies.
if(BUILD_SHARED_LIBS)
  file(RELATIVE_PATH from_bin "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  file(RELATIVE_PATH from_libexec "${CMAKE_INSTALL_FULL_LIBEXECDIR}/bccxx" "${CMAKE_INSTALL_FULL_LIBDIR}")
  foreach(target IN LISTS targets)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN;$ORIGIN/${from_bin}")
  endforeach()
  if(TARGET bccxx-cc)
    set_target_properties(bccxx-cc PROPERTIES INSTALL_RPATH "$ORIGIN/${from_libexec}")
  endif()
endif()

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/bccxx")
install(
  EXPORT bccxxTargets
  NAMESPACE bccxx::
  DESTINATION "${package_folder}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/bccxxConfig.cmake.in" "${PROJECT_BINARY_DIR}/bccxxConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/bccxxConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bccxxConfig.cmake" "${PROJECT_BINARY_DIR}/bccxxConfigVersion.cmake"
        DESTINATION "${package_folder}")

include("${CMAKE_CURRENT_LIST_DIR}/BccxxPkgConfig.cmake")
bccxx_pkg_config_paths()
set(layer_libraries "${layers}")
list(REMOVE_ITEM layer_libraries facade)
list(TRANSFORM layer_libraries PREPEND "-lbccxx_")
list(JOIN layer_libraries " " layer_libraries)
configure_file("${CMAKE_CURRENT_LIST_DIR}/bccxx.pc.in" "${PROJECT_BINARY_DIR}/bccxx.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/bccxx.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
