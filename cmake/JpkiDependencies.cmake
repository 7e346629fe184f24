# Everything that we build on, all of it from Debian's packages (tests/support/packages lists their names).
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCSCLITE REQUIRED IMPORTED_TARGET libpcsclite)

# Header-only use: the shipped modules link nothing of these.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
find_path(FMT_INCLUDE_DIR fmt/format.h REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

add_library(jpki_fmt INTERFACE)
target_include_directories(jpki_fmt SYSTEM INTERFACE "${FMT_INCLUDE_DIR}")
target_compile_definitions(jpki_fmt INTERFACE FMT_HEADER_ONLY=1)

add_library(jpki_toml INTERFACE)
target_include_directories(jpki_toml SYSTEM INTERFACE "${TOMLPLUSPLUS_INCLUDE_DIR}")
target_compile_definitions(jpki_toml INTERFACE TOML_EXCEPTIONS=0)

add_library(jpki_cli11 INTERFACE)
target_include_directories(jpki_cli11 SYSTEM INTERFACE "${CLI11_INCLUDE_DIR}")
