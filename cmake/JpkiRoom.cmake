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
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE "${root}")
        target_link_libraries(${name} INTERFACE ${ROOM_DEPS})
    endif()
endfunction()
