# jpki_room(NAME FOLDER [SOURCES ...] [DEPS ...])
#
# A room is a folder with a target and an include root of its own: `#include "FOLDER/header.hpp"` compiles only
# in targets that say they depend on it, so an include against the direction of docs/architecture.md is a compile
# error. The root is a folder in the build tree that holds nothing but a link to the room.
function(jpki_room name folder)
    cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS" ${ARGN})
    set(root "${PROJECT_BINARY_DIR}/rooms/${name}")
    get_filename_component(parent "${root}/${folder}" DIRECTORY)
    file(MAKE_DIRECTORY "${parent}")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${root}/${folder}" SYMBOLIC)
    if(ROOM_SOURCES)
        add_library(${name} STATIC ${ROOM_SOURCES})
        target_include_directories(${name} PUBLIC "${root}")
        target_link_libraries(${name} PUBLIC ${ROOM_DEPS} PRIVATE jpki_flags)
        if(JPKI_ROOM_HEADERS)
            target_precompile_headers(${name} REUSE_FROM ${JPKI_ROOM_HEADERS})
            # GCC 12 takes the inside of std::string for a mistake of ours once it is precompiled.
            target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow>)
        endif()
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE "${root}")
        target_link_libraries(${name} INTERFACE ${ROOM_DEPS})
    endif()
endfunction()

# What most files of the rooms include, compiled once for rooms that are compiled alike; JPKI_ROOM_HEADERS names theirs. Each
# file includes what it needs all the same: the package is built without (CMAKE_DISABLE_PRECOMPILE_HEADERS).
function(jpki_room_headers name) # [OPTIONS...]
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/rooms/headers.cpp" CONTENT "")
    add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/rooms/headers.cpp")
    target_compile_options(${name} PRIVATE ${ARGN})
    target_link_libraries(${name} PRIVATE jpki_flags tl::expected Threads::Threads)
    target_precompile_headers(${name} PRIVATE
        <tl/expected.hpp>
        <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <functional> <map> <memory> <mutex> <optional> <span>
        <string> <string_view> <thread> <tuple> <utility> <variant> <vector>)
endfunction()
