# The upper half and the programs: the only targets with sockets, files and heavy headers.

# Asio and Beast compiled once, so that every user parses declarations only.
function(botcore_asio)
  add_library(botcore_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio.cpp)
  target_compile_definitions(botcore_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED)
  target_link_libraries(botcore_asio PUBLIC
    Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
endfunction()

# Above the layers: src/<folder> is the library botcore_<folder>, with '_' for '/'. The tests of all
# folders with the same first name are one program: botcore_adapters_tests, botcore_services_tests.
# botcore_upper links every library of this kind.
function(botcore_upper)
  cmake_parse_arguments(UPPER "" "" "FOLDERS;DEPENDS;LIBRARIES" ${ARGN})
  botcore_asio()
  botcore_existing(lower ${UPPER_DEPENDS})
  add_library(botcore_upper INTERFACE)
  target_include_directories(botcore_upper INTERFACE ${PROJECT_SOURCE_DIR}/src)
  set(common ${lower} ${UPPER_LIBRARIES} botcore_build_info botcore_asio)
  target_link_libraries(botcore_upper INTERFACE ${common})

  set(tops)
  foreach(folder IN LISTS UPPER_FOLDERS)
    botcore_collect(part ${PROJECT_SOURCE_DIR}/src/${folder})
    if(NOT part_headers AND NOT part_sources)
      message(FATAL_ERROR "src/${folder} has no source.")
    endif()
    string(REPLACE "/" "_" name botcore_${folder})
    botcore_library(${name} ROOT ${PROJECT_SOURCE_DIR}/src
      HEADERS ${part_headers} SOURCES ${part_sources} LIBRARIES ${common})
    target_link_libraries(botcore_upper INTERFACE ${name})
    botcore_fuzzers_of(part_fuzzers LIBRARIES botcore_upper)
    string(REGEX REPLACE "/.*" "" top ${folder})
    list(APPEND tops ${top})
    list(APPEND tests_${top} ${part_tests})
  endforeach()

  list(REMOVE_DUPLICATES tops)
  foreach(top IN LISTS tops)
    botcore_test_program(botcore_${top}_tests LABEL unit
      SOURCES ${tests_${top}} LIBRARIES botcore_upper botcore_api_world)
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
  list(REMOVE_ITEM programs wiring)  # A library of botcore_upper.

  foreach(program IN LISTS programs)
    foreach(kind headers sources tests)
      set(app_${kind} ${all_${kind}})
      list(FILTER app_${kind} INCLUDE REGEX "^${root}/${program}/")
    endforeach()
    set(main ${root}/${program}/main.cpp)
    list(REMOVE_ITEM app_sources ${main})
    botcore_library(botcore_app_${program} ROOT ${PROJECT_SOURCE_DIR}/src
      HEADERS ${app_headers} SOURCES ${app_sources}
      LIBRARIES botcore_upper ${APPS_LIBRARIES})
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
