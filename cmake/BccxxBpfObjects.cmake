# bccxx_bpf_objects(TARGET FOLDER): every FOLDER/*.bpf.c becomes an object in the build tree, made by clang alone, so that
# a broken bccxx-cc cannot hide a broken runtime.
function(bccxx_bpf_objects target folder)
  find_program(BCCXX_CLANG NAMES clang clang-14 REQUIRED)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/objects")
  file(MAKE_DIRECTORY "${output}")
  string(REGEX REPLACE "^(x86_64|amd64|AMD64)$" "x86" arch "${CMAKE_SYSTEM_PROCESSOR}")
  string(REGEX REPLACE "^aarch64$" "arm64" arch "${arch}")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.bpf.c")
  set(objects "")
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WLE)
    add_custom_command(
      OUTPUT "${output}/${name}.o"
      COMMAND
        "${BCCXX_CLANG}" -O2 -g -target bpf -D__TARGET_ARCH_${arch} -idirafter
        "/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}" -c "${source}" -o "${output}/${name}.o"
      DEPENDS "${source}"
      VERBATIM)
    list(APPEND objects "${output}/${name}.o")
  endforeach()
  add_custom_target(${target} ALL DEPENDS ${objects})
endfunction()
