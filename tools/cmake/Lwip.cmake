# SPDX-License-Identifier: Apache-2.0
# lwIP as one relocatable object whose whole mutable state is the section lwstate, put into the
# library that hosts it. An instance is switched by copying that section.
include(GetLwip)

# flapjack_embed_lwip(TARGET PORT_DIR): compiles lwIP against the lwipopts.h and arch/cc.h in
# PORT_DIR, gathers it with PORT_DIR/lwstate.ld and adds the object to the static library TARGET.
# lwIP's headers become visible to TARGET's own sources only.
function(flapjack_embed_lwip target port)
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "lwIP's private instances need an ELF linker (ld -r with a script)")
  endif()
  flapjack_get_lwip(lwip)
  get_filename_component(port "${port}" ABSOLUTE)
  file(GLOB sources "${lwip}/src/core/*.c" "${lwip}/src/core/ipv4/*.c" "${lwip}/src/core/ipv6/*.c")
  list(APPEND sources "${lwip}/src/netif/ethernet.c")
  list(SORT sources) # the order of objects is the layout of the state: the same everywhere

  add_library(flapjack_lwip_objects OBJECT ${sources})
  target_include_directories(flapjack_lwip_objects PRIVATE "${port}" "${lwip}/src/include")
  _flapjack_lwip_flags(flapjack_lwip_objects)

  set(object "${CMAKE_CURRENT_BINARY_DIR}/lwip.o")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND "${CMAKE_LINKER}" -r -T "${port}/lwstate.ld" -o "${object}"
            "$<TARGET_OBJECTS:flapjack_lwip_objects>"
    DEPENDS "$<TARGET_OBJECTS:flapjack_lwip_objects>" "${port}/lwstate.ld"
    COMMENT "Gathering lwIP into one object with one state section"
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  target_sources(${target} PRIVATE "${object}")
  target_include_directories(${target} PRIVATE "${port}")
  target_include_directories(${target} SYSTEM PRIVATE "${lwip}/src/include")
endfunction()

# Flags that keep the swap sound. -fexceptions: the port's assertion handler throws through lwIP.
# Red zones between globals would lie inside the copied section, UBSan would move its tables there
# and complain of one known shift, and link-time optimisation would undo the section.
function(_flapjack_lwip_flags target)
  target_compile_options(${target} PRIVATE -w -fexceptions -fno-common -fno-lto)
  if(FLAPJACK_SANITIZE MATCHES "address")
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE "SHELL:--param asan-globals=0")
    else()
      target_compile_options(${target} PRIVATE "SHELL:-mllvm -asan-globals=0")
    endif()
  endif()
  if(FLAPJACK_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()
