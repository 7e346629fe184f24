# Warnings and hardening, as an interface target that every room links. Which of them stop a build is said by
# CMAKE_COMPILE_WARNING_AS_ERROR: our presets for development do, and nobody else's compiler is asked to agree with ours.
add_library(jpki_flags INTERFACE)

target_compile_options(jpki_flags INTERFACE
    -Wall -Wextra -Wshadow -Wformat=2 -Wconversion -Wsign-conversion -Wundef
    -fvisibility=hidden -fstack-protector-strong -fstack-clash-protection
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
                              -fvisibility-inlines-hidden>
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    -ftrivial-auto-var-init=zero
    # The last match wins: headers are found through the links in the build folder.
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/="
    "-ffile-prefix-map=${PROJECT_BINARY_DIR}/rooms/=")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
    target_compile_options(jpki_flags INTERFACE -fcf-protection=full)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(jpki_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety>)
endif()

if(JPKI_SANITIZE)
    target_compile_options(jpki_flags INTERFACE -fsanitize=${JPKI_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    target_link_options(jpki_flags INTERFACE -fsanitize=${JPKI_SANITIZE})
    # GCC's false alarms under instrumentation: inside <regex> (GCC bug 105562), and in fmt's store of arguments.
    target_compile_options(jpki_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-uninitialized>)
else()
    target_compile_definitions(jpki_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=3>)
    target_compile_definitions(jpki_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
endif()
if(JPKI_COVERAGE)
    target_compile_options(jpki_flags INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(jpki_flags INTERFACE --coverage)
endif()
target_link_options(jpki_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

# For code that waits for people and cards, in everyday builds: half of the time that it takes to compile.
set(JPKI_UNHURRIED "$<$<CONFIG:RelWithDebInfo>:-O1;-g1>")

# For folders whose code runs in other people's programs, on stacks of unknown size.
set(JPKI_HOST_OPTIONS -fno-plt)
macro(jpki_runs_in_hosts)
    add_compile_options(${JPKI_HOST_OPTIONS})
    set(JPKI_ROOM_HEADERS jpki_host_headers)
    if(NOT JPKI_SANITIZE AND NOT JPKI_COVERAGE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        add_compile_options(-Wframe-larger-than=4096)
    endif()
endmacro()
