# Functions that make a library and a test program of each folder.
#
#   botcore_layer(<layer> DEPENDS <layers> LIBRARIES <external targets>)
#   botcore_test_prelude()
#   botcore_test_program(<name> LABEL <label> SOURCES <files> LIBRARIES <targets>)
#   botcore_fuzzer(<name> SOURCES <files> LIBRARIES <targets>)
#   botcore_sim(DEPENDS <layers>)
#   botcore_rules_tests()

set(BOTCORE_TEST_TIMEOUT 120 CACHE STRING "Seconds one test may take unless it says otherwise")

# The code under test is optimised as usual. Optimising the tests themselves, with sanitizers,
# doubles their compile time and saves no run time.
set(BOTCORE_TEST_OPTIONS $<$<CONFIG:Debug>:-O0>)

# For every target of this project: warnings are errors (house style H5).
add_library(botcore_warnings INTERFACE)
target_compile_options(botcore_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wswitch-enum
  -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The flow analysis of g++ 12 reports these inside inline code of the standard library.
  target_compile_options(botcore_warnings INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-array-bounds -Wno-free-nonheap-object -Wno-dangling-pointer)
endif()

# Splits the C++ files anywhere under `folder` into <prefix>_headers, _sources, _tests, _fuzzers.
# The glob also runs while the folder is missing, so that the next build detects a new folder.
function(botcore_collect prefix folder)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.hpp)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  foreach(part headers sources tests fuzzers)
    set(${prefix}_${part} ${${part}} PARENT_SCOPE)
  endforeach()
endfunction()

# The targets `botcore_<layer>` that exist: a layer without files has no target.
function(botcore_existing result)
  set(found)
  foreach(layer IN LISTS ARGN)
    if(TARGET botcore_${layer})
      list(APPEND found botcore_${layer})
    endif()
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# A static library of `SOURCES`, or an interface library if there are none.
function(botcore_library target)
  cmake_parse_arguments(LIB "NO_EXCEPTIONS" "ROOT" "HEADERS;SOURCES;LIBRARIES" ${ARGN})
  if(LIB_SOURCES)
    add_library(${target} STATIC ${LIB_SOURCES})
    target_link_libraries(${target} PRIVATE botcore_warnings)
    set(scope PUBLIC)
    if(LIB_NO_EXCEPTIONS)
      target_compile_options(${target} PRIVATE -fno-exceptions)
      set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    endif()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(LIB_HEADERS)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${LIB_ROOT} FILES ${LIB_HEADERS})
  endif()
  target_include_directories(${target} ${scope} ${LIB_ROOT})
  target_link_libraries(${target} ${scope} ${LIB_LIBRARIES})
endfunction()

# The headers that every test includes, precompiled once for all test programs.
function(botcore_test_prelude)
  add_library(botcore_test_prelude OBJECT ${PROJECT_SOURCE_DIR}/cmake/test_prelude.cpp)
  target_link_libraries(botcore_test_prelude PRIVATE botcore_warnings GTest::gmock Threads::Threads)
  target_compile_options(botcore_test_prelude PRIVATE ${BOTCORE_TEST_OPTIONS})
  # Without the time stamp equal preludes are equal files, so that ccache finds them.
  target_compile_options(botcore_test_prelude PRIVATE
    $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
  target_precompile_headers(botcore_test_prelude PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# One GoogleTest program. Tests may use exceptions, gmock and rapidcheck. ALONE: no other test runs
# at the same time. SEPARATE: each source is compiled by itself, since short local names clash.
function(botcore_test_program name)
  cmake_parse_arguments(TEST "ALONE;SEPARATE" "LABEL;TIMEOUT" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT TEST_SOURCES)
    return()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT ${BOTCORE_TEST_TIMEOUT})
  endif()
  if(NOT TEST_LABEL)
    set(TEST_LABEL unit)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE
    botcore_warnings ${TEST_LIBRARIES}
    rapidcheck_gtest GTest::gmock GTest::gtest_main Threads::Threads)
  target_compile_options(${name} PRIVATE ${BOTCORE_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM botcore_test_prelude)
  if(TEST_SEPARATE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS "${TEST_LABEL}" TIMEOUT ${TEST_TIMEOUT} RUN_SERIAL ${TEST_ALONE})
endfunction()

# One libFuzzer program, named <name>_fuzz, if the build is instrumented for fuzzing.
function(botcore_fuzzer name)
  cmake_parse_arguments(FUZZ "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT CMAKE_CXX_FLAGS MATCHES "fuzzer-no-link")
    return()
  endif()
  string(REGEX REPLACE "_fuzz$" "" stem ${name})
  add_executable(${stem}_fuzz ${FUZZ_SOURCES})
  target_include_directories(${stem}_fuzz PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${stem}_fuzz PRIVATE botcore_warnings ${FUZZ_LIBRARIES})
  target_link_options(${stem}_fuzz PRIVATE -fsanitize=fuzzer)
endfunction()

function(botcore_fuzzers_of files)
  cmake_parse_arguments(FUZZ "" "" "LIBRARIES" ${ARGN})
  foreach(file IN LISTS ${files})
    get_filename_component(stem ${file} NAME_WE)
    botcore_fuzzer(${stem} SOURCES ${file} LIBRARIES ${FUZZ_LIBRARIES})
  endforeach()
endfunction()

# A pure layer: src/<layer> is botcore_<layer>, its tests are botcore_<layer>_tests.
function(botcore_layer layer)
  cmake_parse_arguments(LAYER "" "" "DEPENDS;LIBRARIES" ${ARGN})
  botcore_collect(files ${PROJECT_SOURCE_DIR}/src/${layer})
  if(NOT files_headers AND NOT files_sources AND NOT files_tests)
    return()
  endif()
  botcore_existing(lower ${LAYER_DEPENDS})
  botcore_library(botcore_${layer} NO_EXCEPTIONS ROOT ${PROJECT_SOURCE_DIR}/src
    HEADERS ${files_headers} SOURCES ${files_sources} LIBRARIES ${lower} ${LAYER_LIBRARIES})
  botcore_test_program(botcore_${layer}_tests LABEL unit SEPARATE
    SOURCES ${files_tests} LIBRARIES botcore_${layer})
  botcore_fuzzers_of(files_fuzzers LIBRARIES botcore_${layer})
endfunction()

# Version and commit, in one object file that only the upper half and the programs link. A new
# commit recompiles build_info.cpp and nothing else.
function(botcore_build_info)
  set(generated ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated})
  add_custom_target(botcore_build_info_update
    COMMAND ${CMAKE_COMMAND}
      -DSOURCE_DIR=${PROJECT_SOURCE_DIR}
      -DTEMPLATE=${PROJECT_SOURCE_DIR}/cmake/build_info.cpp.in
      -DOUTPUT=${generated}/build_info.cpp
      -P ${PROJECT_SOURCE_DIR}/cmake/write_build_info.cmake
    BYPRODUCTS ${generated}/build_info.cpp
    COMMENT ""
    VERBATIM)
  add_library(botcore_build_info STATIC ${generated}/build_info.cpp)
  add_dependencies(botcore_build_info botcore_build_info_update)
  target_include_directories(botcore_build_info PUBLIC ${PROJECT_SOURCE_DIR}/cmake/include)
  target_compile_definitions(botcore_build_info PUBLIC BOTCORE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(botcore_build_info PRIVATE botcore_warnings)
endfunction()

# The simulator. Includes look like "sim/world.hpp"; sim/main.cpp is the program botsim.
function(botcore_sim)
  cmake_parse_arguments(SIM "" "" "DEPENDS" ${ARGN})
  botcore_collect(files ${PROJECT_SOURCE_DIR}/sim)
  if(NOT files_headers AND NOT files_sources AND NOT files_tests)
    return()
  endif()
  set(main ${PROJECT_SOURCE_DIR}/sim/main.cpp)
  list(REMOVE_ITEM files_sources ${main})
  botcore_existing(lower ${SIM_DEPENDS})
  botcore_library(botcore_sim ROOT ${PROJECT_SOURCE_DIR}
    HEADERS ${files_headers} SOURCES ${files_sources} LIBRARIES ${lower})
  botcore_test_program(botcore_sim_tests LABEL sim SEPARATE
    SOURCES ${files_tests} LIBRARIES botcore_sim)
  if(EXISTS ${main})
    add_executable(botsim ${main})
    target_link_libraries(botsim PRIVATE botcore_warnings botcore_sim botcore_build_info)
  endif()
endfunction()

# The rules that no compiler checks, and the tests of the tools that check them.
function(botcore_rules_tests)
  file(GLOB tool_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/*_test.py)
  add_test(NAME rules.check_rules
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/check_rules.py)
  set(names rules.check_rules)
  foreach(file IN LISTS tool_tests)
    get_filename_component(stem ${file} NAME_WE)
    add_test(NAME rules.${stem} COMMAND ${Python3_EXECUTABLE} ${file})
    list(APPEND names rules.${stem})
  endforeach()
  set_tests_properties(${names} PROPERTIES
    LABELS rules TIMEOUT ${BOTCORE_TEST_TIMEOUT} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
