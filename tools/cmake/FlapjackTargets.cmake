# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled, in one place.
include(GNUInstallDirs)

# Same flags for every target of ours; PRIVATE to the build, never part of the installed package.
add_library(flapjack_options INTERFACE)
target_compile_options(flapjack_options INTERFACE -Wall -Wextra)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 at -O3 takes `"text" + string` for an overlapping copy, or for one of more bytes than
  # there are (its bugs 105651 and 105329, fixed in 13).
  target_compile_options(flapjack_options INTERFACE
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Nobody replaces our functions when a program is loaded, so calls may be inlined in spite of
  # position-independent code. clang does so anyway.
  target_compile_options(flapjack_options INTERFACE -fno-semantic-interposition)
  # To read two neighbours as one makes the machine wait when they have just been written one by
  # one, as the fields of a header or an event are: a tenth of a packet's time. Loops are still
  # vectorised.
  target_compile_options(flapjack_options INTERFACE -fno-tree-slp-vectorize)
endif()
# The two builds of tools/tune, in one folder: the first program counts what runs how often, into
# the folder `counts`; the second is made for that, across all files.
if(FLAPJACK_TUNE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "FLAPJACK_TUNE needs clang, not ${CMAKE_CXX_COMPILER_ID}")
  endif()
  if(FLAPJACK_TUNE STREQUAL "count")
    add_compile_options("-fprofile-generate=${CMAKE_BINARY_DIR}/counts")
    add_link_options("-fprofile-generate=${CMAKE_BINARY_DIR}/counts")
  elseif(FLAPJACK_TUNE STREQUAL "use")
    add_compile_options("-fprofile-use=${CMAKE_BINARY_DIR}/counts.profdata" -flto
                        -Wno-profile-instr-unprofiled)
    add_link_options(-flto -fuse-ld=lld-19)
  else()
    message(FATAL_ERROR "FLAPJACK_TUNE is \"count\" or \"use\", not \"${FLAPJACK_TUNE}\"")
  endif()
endif()
if(FLAPJACK_SANITIZE)
  add_compile_options(-fsanitize=${FLAPJACK_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FLAPJACK_SANITIZE})
endif()
if(FLAPJACK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "FLAPJACK_FUZZ needs clang (preset fuzz), not ${CMAKE_CXX_COMPILER_ID}")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link) # coverage; -fsanitize=fuzzer links the driver
endif()

# A compiler cache where there is one; a launcher given on the command line stands.
find_program(FLAPJACK_CCACHE ccache)
mark_as_advanced(FLAPJACK_CCACHE)
if(FLAPJACK_CCACHE AND NOT FLAPJACK_TUNE)
  foreach(language C CXX)
    if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
          CCACHE_SLOPPINESS=pch_defines,time_macros "${FLAPJACK_CCACHE}")
    endif()
  endforeach()
endif()

# Half of the time of compiling goes into the same headers again and again. Without: each file must
# include what it uses (preset clang).
option(FLAPJACK_PCH "Precompile the headers that nearly every file includes" ON)
function(flapjack_precompile target)
  if(NOT FLAPJACK_PCH)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND FLAPJACK_CCACHE)
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# flapjack_library(NAME [PUBLIC dep...] [PRIVATE dep...] [PRECOMPILE header...]): the static library
# flapjack::NAME from the folder's sources; headers are included by their path from the root.
function(flapjack_library name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  list(FILTER sources EXCLUDE REGEX "_main\\.cc$")
  if(NOT sources) # a folder that has only headers so far
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/headers_only.cc" CONTENT "")
    set(sources "${CMAKE_CURRENT_BINARY_DIR}/headers_only.cc")
  endif()
  add_library(flapjack_${name} STATIC ${sources})
  add_library(flapjack::${name} ALIAS flapjack_${name})
  set_target_properties(flapjack_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(flapjack_${name} PUBLIC cxx_std_20)
  target_include_directories(flapjack_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/flapjack>")
  target_link_libraries(flapjack_${name} PUBLIC ${ARG_PUBLIC}
    PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:flapjack_options>)
  if(ARG_PRECOMPILE)
    flapjack_precompile(flapjack_${name} ${ARG_PRECOMPILE})
  endif()
endfunction()

# flapjack_tests(NAME lib...): the program flapjack_NAME_tests from tests/NAME/**/*.cc; one ctest
# test for each GoogleTest case.
function(flapjack_tests name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc")
  if(NOT sources)
    return()
  endif()
  add_executable(flapjack_${name}_tests ${sources})
  target_include_directories(flapjack_${name}_tests PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(flapjack_${name}_tests PRIVATE ${ARGN} flapjack_options
    GTest::gtest_main GTest::gmock)
  target_compile_definitions(flapjack_${name}_tests PRIVATE
    FLAPJACK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FLAPJACK_BINARY_DIR="${PROJECT_BINARY_DIR}")
  # Only what is tested needs full optimisation; the tests' own text compiles in half the time.
  target_compile_options(flapjack_${name}_tests PRIVATE $<$<CONFIG:Release>:-O1>)
  flapjack_precompile(flapjack_${name}_tests <gtest/gtest.h>
    "${PROJECT_SOURCE_DIR}/stack/net/stack.h")
  gtest_discover_tests(flapjack_${name}_tests TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
endfunction()

# flapjack_bench(FILE lib...): one Google Benchmark program from FILE, listed in the target
# flapjack_benches and in the file bench_programs.txt that tools/bench reads.
function(flapjack_bench file)
  get_filename_component(name "${file}" NAME_WE)
  add_executable(flapjack_${name} "${file}")
  target_include_directories(flapjack_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(flapjack_${name} PRIVATE ${ARGN} flapjack_options
    benchmark::benchmark benchmark::benchmark_main)
  target_compile_definitions(flapjack_${name} PRIVATE FLAPJACK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(flapjack_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
  add_dependencies(flapjack_benches flapjack_${name})
endfunction()
