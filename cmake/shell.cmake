# The shell and the programs: the only targets with sockets, files, databases and heavy headers.

# Asio and Beast compiled once, so that every user parses declarations only.
function(botcore_asio)
  add_library(botcore_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio.cpp)
  target_compile_definitions(botcore_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED)
  target_link_libraries(botcore_asio PUBLIC
    Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
endfunction()

# src/shell/<part> is botcore_shell_<part>; botcore_shell links them all. Files directly in
# src/shell belong to botcore_shell_root.
function(botcore_shell)
  cmake_parse_arguments(SHELL "" "" "DEPENDS;LIBRARIES" ${ARGN})
  botcore_asio()
  botcore_existing(lower ${SHELL_DEPENDS})
  add_library(botcore_shell INTERFACE)
  target_include_directories(botcore_shell INTERFACE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(botcore_shell INTERFACE
    ${lower} ${SHELL_LIBRARIES} botcore_build_info botcore_asio)

  set(root ${PROJECT_SOURCE_DIR}/src/shell)
  botcore_collect(all ${root})
  set(parts)
  foreach(file IN LISTS all_headers all_sources all_tests)
    file(RELATIVE_PATH path ${root} ${file})
    if(path MATCHES "^([^/]+)/")
      list(APPEND parts ${CMAKE_MATCH_1})
    else()
      list(APPEND parts root)
    endif()
  endforeach()
  list(REMOVE_DUPLICATES parts)

  foreach(part IN LISTS parts)
    foreach(kind headers sources tests fuzzers)
      set(part_${kind} ${all_${kind}})
      if(part STREQUAL "root")
        list(FILTER part_${kind} INCLUDE REGEX "^${root}/[^/]+$")
      else()
        list(FILTER part_${kind} INCLUDE REGEX "^${root}/${part}/")
      endif()
    endforeach()
    botcore_library(botcore_shell_${part} ROOT ${PROJECT_SOURCE_DIR}/src
      HEADERS ${part_headers} SOURCES ${part_sources}
      LIBRARIES ${lower} ${SHELL_LIBRARIES} botcore_build_info botcore_asio)
    target_link_libraries(botcore_shell INTERFACE botcore_shell_${part})
    botcore_test_program(botcore_shell_${part}_tests LABEL unit
      SOURCES ${part_tests} LIBRARIES botcore_shell)
    botcore_fuzzers_of(part_fuzzers LIBRARIES botcore_shell)
  endforeach()
endfunction()

# src/apps/<program> is the executable <program>. All sources except main.cpp are in
# botcore_app_<program>, which the program's tests link as well.
function(botcore_apps)
  cmake_parse_arguments(APPS "" "" "LIBRARIES" ${ARGN})
  set(root ${PROJECT_SOURCE_DIR}/src/apps)
  botcore_collect(all ${root})
  set(programs)
  foreach(file IN LISTS all_headers all_sources all_tests)
    file(RELATIVE_PATH path ${root} ${file})
    if(path MATCHES "^([^/]+)/")
      list(APPEND programs ${CMAKE_MATCH_1})
    else()
      message(FATAL_ERROR "src/apps/${path}: each program needs its own folder.")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES programs)

  foreach(program IN LISTS programs)
    foreach(kind headers sources tests)
      set(app_${kind} ${all_${kind}})
      list(FILTER app_${kind} INCLUDE REGEX "^${root}/${program}/")
    endforeach()
    set(main ${root}/${program}/main.cpp)
    list(REMOVE_ITEM app_sources ${main})
    botcore_library(botcore_app_${program} ROOT ${PROJECT_SOURCE_DIR}/src
      HEADERS ${app_headers} SOURCES ${app_sources} LIBRARIES botcore_shell ${APPS_LIBRARIES})
    botcore_test_program(botcore_app_${program}_tests LABEL unit
      SOURCES ${app_tests} LIBRARIES botcore_app_${program})
    if(EXISTS ${main})
      add_executable(${program} ${main})
      target_link_libraries(${program} PRIVATE botcore_warnings botcore_app_${program})
      # With exported symbols a stack trace in the log has function names.
      set_target_properties(${program} PROPERTIES ENABLE_EXPORTS ON)
    endif()
  endforeach()
endfunction()
