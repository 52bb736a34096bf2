# Common settings, applied target by target: nothing global leaks into a project that adds bccxx as a subdirectory.
add_library(bccxx_settings INTERFACE)
target_compile_options(
  bccxx_settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${BCCXX_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105329: wrong about strings that are joined, at -O3 alone.
  target_compile_options(bccxx_settings INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
endif()
if(BCCXX_SANITIZE)
  target_compile_options(bccxx_settings INTERFACE -fsanitize=${BCCXX_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(bccxx_settings INTERFACE -fsanitize=${BCCXX_SANITIZE})
endif()

# bccxx_layer(NAME [DEPENDS layer...] [PRIVATE library...] [PUBLIC library...])
# One layer of the library: every .cpp of the current folder. DEPENDS are the layers it may use.
function(bccxx_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE;PUBLIC" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(target bccxx_${name})
  # Before 1.0 every minor version may break what the last one promised, and the package file says the same.
  set(so_version ${PROJECT_VERSION_MAJOR})
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(so_version 0.${PROJECT_VERSION_MINOR})
  endif()
  add_library(${target} ${sources})
  add_library(bccxx::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(
    ${target}
    PROPERTIES EXPORT_NAME ${name}
               CXX_EXTENSIONS OFF
               POSITION_INDEPENDENT_CODE ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               VERSION ${PROJECT_VERSION}
               SOVERSION ${so_version})
  target_include_directories(
    ${target}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${PROJECT_SOURCE_DIR}/lib")
  list(TRANSFORM ARG_DEPENDS PREPEND bccxx_)
  # A library of headers alone has done its work when ours is built; who installs bccxx does not need it.
  list(TRANSFORM ARG_PRIVATE REPLACE "^(nlohmann_json::.*)$" "$<BUILD_INTERFACE:\\1>")
  target_link_libraries(
    ${target}
    PUBLIC ${ARG_DEPENDS} ${ARG_PUBLIC} fmt::fmt
    PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:bccxx_settings>)
  if(BUILD_SHARED_LIBS)
    # Static libraries may refer to each other in a circle unnoticed; shared ones with -z defs may not.
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
endfunction()
