# bccxx_pkg_config_paths(): sets prefix, libdir, includedir and libexecdir of the .pc file as it is to be written.
#
# The file stays right when the tree is moved: its paths start from its own place. Folders that were given as absolute
# paths do not move, and neither does what is found from them.
function(bccxx_pkg_config_paths)
  file(RELATIVE_PATH prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
  string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
  set(pc_prefix "\${pcfiledir}/${prefix_from_pc}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
  endif()
  foreach(folder LIBDIR INCLUDEDIR LIBEXECDIR)
    string(TOLOWER "pc_${folder}" name)
    set(${name} "\${prefix}/${CMAKE_INSTALL_${folder}}")
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
      set(${name} "${CMAKE_INSTALL_${folder}}")
    endif()
    set(${name} "${${name}}" PARENT_SCOPE)
  endforeach()
  set(pc_prefix "${pc_prefix}" PARENT_SCOPE)
endfunction()
