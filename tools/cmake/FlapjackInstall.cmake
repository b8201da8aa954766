# SPDX-License-Identifier: Apache-2.0
# find_package(flapjack): libraries flapjack::stack, ::l2, ::offload, ::connmgr, ::scenarios,
# headers under include/flapjack, and the library of scenarios. (The program: tools/CMakeLists.txt.)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/flapjack")
set(libraries stack l2 offload connmgr scenarios)
set(targets ${libraries})
list(TRANSFORM targets PREPEND flapjack_)

install(TARGETS ${targets} EXPORT flapjackTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
foreach(library IN LISTS libraries)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${library}"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/flapjack"
          FILES_MATCHING PATTERN "*.h" PATTERN "lwip_port" EXCLUDE PATTERN "library" EXCLUDE)
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/scenarios/library/"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/flapjack/scenarios" FILES_MATCHING PATTERN "*.json")

install(EXPORT flapjackTargets NAMESPACE flapjack:: DESTINATION "${package_dir}")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/flapjackConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/flapjackConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/flapjackConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/flapjackConfig.cmake"
              "${PROJECT_BINARY_DIR}/flapjackConfigVersion.cmake"
        DESTINATION "${package_dir}")
