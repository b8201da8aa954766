# SPDX-License-Identifier: Apache-2.0
# Installs the build tree BINARY_DIR into a fresh prefix, then configures, builds and tests the
# project SOURCE_DIR against that prefix alone. Arguments: BINARY_DIR SOURCE_DIR CXX BUILD_TYPE.
set(work "${BINARY_DIR}/consumer")
set(prefix "${work}/prefix")
file(REMOVE_RECURSE "${work}")

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}):\n${output}")
  endif()
endfunction()

run("install" "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${prefix}")
run("configure" "${CMAKE_COMMAND}" -G Ninja -S "${SOURCE_DIR}" -B "${work}/build"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${CXX}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run("build" "${CMAKE_COMMAND}" --build "${work}/build")
run("test" "${CMAKE_CTEST_COMMAND}" --test-dir "${work}/build" --output-on-failure
    --no-tests=error)
