# SPDX-License-Identifier: Apache-2.0
# Where lwIP's source comes from: an archive pinned by SHA-256, kept in a cache outside the build
# trees, and a tree whose text is pinned by a hash of its own.
#
#   LWIP_SOURCE_DIR  an unpacked lwIP tree; nothing is fetched
#   LWIP_ARCHIVE     an archive of that version; nothing is fetched
#   FLAPJACK_CACHE   folder of fetched archives; default $XDG_CACHE_HOME/flapjack, ~/.cache/flapjack
#
# Each is a CMake variable or, if that is empty, an environment variable. The archive is Debian's
# and comes from the mirrors that this machine's apt is configured with; it needs no root and
# leaves apt's own state alone.
# `cmake -P tools/cmake/GetLwip.cmake` fetches the archive and nothing else (tools/setup does so).

set(FLAPJACK_LWIP_VERSION 2.2.1)
set(FLAPJACK_LWIP_FILE "lwip_2.2.1+dfsg1.orig.tar.xz")
set(FLAPJACK_LWIP_SHA256 83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1)
set(FLAPJACK_LWIP_TREE 89e94e0bfe510c9211962ebf2421dcbcf5be63ff8ed6b9b6790ab684ac685232)

# The value of CMake variable `name`, else of the environment variable of that name, in `out`.
function(_flapjack_setting name out)
  set(value "${${name}}")
  if(value STREQUAL "")
    set(value "$ENV{${name}}")
  endif()
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(_flapjack_cache_dir out)
  _flapjack_setting(FLAPJACK_CACHE dir)
  if(dir STREQUAL "")
    if(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
      set(dir "$ENV{XDG_CACHE_HOME}/flapjack")
    elseif(NOT "$ENV{HOME}" STREQUAL "")
      set(dir "$ENV{HOME}/.cache/flapjack")
    else()
      get_filename_component(dir "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../build/cache" ABSOLUTE)
    endif()
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

# Whether `file` is there with the pinned content. Twice the same question costs 5 ms, no more.
function(_flapjack_archive_good file out)
  set(good FALSE)
  if(EXISTS "${file}")
    file(SHA256 "${file}" sum)
    if(sum STREQUAL FLAPJACK_LWIP_SHA256)
      set(good TRUE)
    endif()
  endif()
  set(${out} ${good} PARENT_SCOPE)
endfunction()

# Base addresses of Debian mirrors in the order to try: those apt knows to be Debian's (it reads
# that from its lists), then every other one it is configured with.
function(_flapjack_mirrors out)
  set(all "")
  find_program(FLAPJACK_APT_GET apt-get)
  mark_as_advanced(FLAPJACK_APT_GET)
  if(FLAPJACK_APT_GET)
    foreach(filter "Origin: Debian;Label: Debian" "Created-By: Packages")
      execute_process(COMMAND "${FLAPJACK_APT_GET}" indextargets --format "$(REPO_URI)" ${filter}
                      OUTPUT_VARIABLE lines ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
      string(REPLACE "\n" ";" lines "${lines}")
      list(APPEND all ${lines})
    endforeach()
    list(REMOVE_DUPLICATES all)
  endif()
  set(${out} "${all}" PARENT_SCOPE)
endfunction()

# One attempt to bring `url` to `file`; leaves nothing behind unless the content is right.
function(_flapjack_fetch url file)
  string(RANDOM LENGTH 8 tag) # two builds may fetch at the same time
  set(part "${file}.${tag}.part")
  find_program(FLAPJACK_APT_HELPER apt-helper PATHS /usr/lib/apt NO_DEFAULT_PATH)
  mark_as_advanced(FLAPJACK_APT_HELPER)
  if(FLAPJACK_APT_HELPER)
    execute_process(
      COMMAND "${FLAPJACK_APT_HELPER}" download-file "${url}" "${part}"
              "SHA256:${FLAPJACK_LWIP_SHA256}"
      RESULT_VARIABLE ignored OUTPUT_QUIET ERROR_QUIET TIMEOUT 120)
  else()
    file(DOWNLOAD "${url}" "${part}" STATUS ignored TIMEOUT 120)
  endif()
  _flapjack_archive_good("${part}" good)
  if(good)
    file(RENAME "${part}" "${file}")
  endif()
  file(REMOVE "${part}" "${part}.FAILED")
endfunction()

# flapjack_lwip_archive(OUT): path of a verified archive, fetched if it is not in the cache.
function(flapjack_lwip_archive out)
  _flapjack_setting(LWIP_ARCHIVE given)
  if(given)
    _flapjack_archive_good("${given}" good)
    if(NOT good)
      message(FATAL_ERROR "lwIP: LWIP_ARCHIVE=${given} is missing or is not ${FLAPJACK_LWIP_FILE} "
                          "(SHA-256 ${FLAPJACK_LWIP_SHA256})")
    endif()
    set(${out} "${given}" PARENT_SCOPE)
    return()
  endif()
  _flapjack_cache_dir(cache)
  set(file "${cache}/${FLAPJACK_LWIP_FILE}")
  _flapjack_archive_good("${file}" good)
  if(NOT good)
    file(MAKE_DIRECTORY "${cache}")
    _flapjack_mirrors(mirrors)
    foreach(mirror IN LISTS mirrors)
      message(STATUS "lwIP ${FLAPJACK_LWIP_VERSION}: asking a mirror of apt for the source")
      _flapjack_fetch("${mirror}pool/main/l/lwip/${FLAPJACK_LWIP_FILE}" "${file}")
      _flapjack_archive_good("${file}" good)
      if(good)
        break()
      endif()
    endforeach()
  endif()
  if(NOT good)
    message(FATAL_ERROR
      "lwIP ${FLAPJACK_LWIP_VERSION}: its source could not be fetched (offline?). Take "
      "pool/main/l/lwip/${FLAPJACK_LWIP_FILE} from a Debian mirror and set LWIP_ARCHIVE to it, or "
      "set LWIP_SOURCE_DIR to an unpacked tree.")
  endif()
  set(${out} "${file}" PARENT_SCOPE)
endfunction()

# One hash over the text of the tree: carriage returns do not count, so Debian's archive, the
# upstream one and a checkout of the release tag all give the same.
function(_flapjack_tree_hash dir out)
  file(GLOB_RECURSE files RELATIVE "${dir}"
       "${dir}/src/core/*" "${dir}/src/include/*" "${dir}/src/netif/*")
  list(SORT files)
  set(lines "")
  foreach(path IN LISTS files)
    file(READ "${dir}/${path}" text)
    string(REPLACE "\r" "" text "${text}")
    string(SHA256 sum "${text}")
    string(APPEND lines "${path} ${sum}\n")
  endforeach()
  string(SHA256 sum "${lines}")
  set(${out} "${sum}" PARENT_SCOPE)
endfunction()

function(_flapjack_unpack_lwip dir)
  flapjack_lwip_archive(archive)
  message(STATUS "lwIP ${FLAPJACK_LWIP_VERSION}: unpacking ${archive}")
  set(scratch "${dir}.unpack")
  file(REMOVE_RECURSE "${scratch}" "${dir}")
  file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${scratch}")
  file(GLOB top "${scratch}/*")
  file(RENAME "${top}" "${dir}")
  file(REMOVE_RECURSE "${scratch}")
endfunction()

# flapjack_get_lwip(OUT): folder of the checked lwIP tree, unpacked into the build tree unless
# LWIP_SOURCE_DIR names one. A tree with other text is refused.
function(flapjack_get_lwip out)
  _flapjack_setting(LWIP_SOURCE_DIR dir)
  if(dir STREQUAL "")
    set(dir "${PROJECT_BINARY_DIR}/lwip-${FLAPJACK_LWIP_VERSION}")
    if(NOT EXISTS "${dir}")
      _flapjack_unpack_lwip("${dir}")
    endif()
  endif()
  get_filename_component(dir "${dir}" ABSOLUTE)
  _flapjack_tree_hash("${dir}" sum)
  if(NOT sum STREQUAL FLAPJACK_LWIP_TREE)
    message(FATAL_ERROR "lwIP: ${dir} is not the unchanged source of ${FLAPJACK_LWIP_VERSION} "
                        "(its text has hash ${sum}). Remove it, or correct LWIP_SOURCE_DIR.")
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  _flapjack_setting(LWIP_SOURCE_DIR _flapjack_tree)
  if(_flapjack_tree STREQUAL "")
    flapjack_lwip_archive(_flapjack_archive)
    message(STATUS "lwIP ${FLAPJACK_LWIP_VERSION}: ${_flapjack_archive}")
  endif()
endif()
