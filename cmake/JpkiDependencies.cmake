# Everything that we build on, all of it from Debian's packages (tests/support/packages lists their names).
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCSCLITE REQUIRED IMPORTED_TARGET libpcsclite)

# For programs only: the shipped modules link nothing of it. As a library, because its headers alone are compiled
# into every file that formats a number, which takes longer than most of these files.
find_package(fmt REQUIRED)
add_library(jpki_fmt INTERFACE)
target_link_libraries(jpki_fmt INTERFACE fmt::fmt)

# Headers.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

add_library(jpki_toml INTERFACE)
target_include_directories(jpki_toml SYSTEM INTERFACE "${TOMLPLUSPLUS_INCLUDE_DIR}")
target_compile_definitions(jpki_toml INTERFACE TOML_EXCEPTIONS=0)

add_library(jpki_cli11 INTERFACE)
target_include_directories(jpki_cli11 SYSTEM INTERFACE "${CLI11_INCLUDE_DIR}")
