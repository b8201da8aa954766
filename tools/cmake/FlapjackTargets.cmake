# SPDX-License-Identifier: Apache-2.0
# How every target of the project is compiled, in one place.
include(GNUInstallDirs)

add_library(flapjack_options INTERFACE)
target_compile_options(flapjack_options INTERFACE -Wall -Wextra)
if(FLAPJACK_SANITIZE)
  add_compile_options(-fsanitize=${FLAPJACK_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FLAPJACK_SANITIZE})
endif()

# flapjack_library(NAME [PUBLIC dep...]): the static library flapjack::NAME from the folder's
# sources; headers are included by their path from the project's root.
function(flapjack_library name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  list(FILTER sources EXCLUDE REGEX "_main\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/bench/")
  add_library(flapjack_${name} STATIC ${sources})
  add_library(flapjack::${name} ALIAS flapjack_${name})
  set_target_properties(flapjack_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(flapjack_${name} PUBLIC cxx_std_20)
  target_include_directories(flapjack_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/flapjack>")
  target_link_libraries(flapjack_${name} PUBLIC ${ARG_PUBLIC}
    PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:flapjack_options>)
endfunction()

# flapjack_tests(NAME lib...): the program flapjack_NAME_tests from the folder's *_test.cc.
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
  gtest_discover_tests(flapjack_${name}_tests TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
endfunction()
