# Whether this build has tests: unless BUILD_TESTING is off, or what only they need is not there. Then the rest is built, and
# a message says so; whoever makes a package needs no GoogleTest. Sets JPKI_TESTS, and finds what tests/ uses.
option(BUILD_TESTING "Build the test programs" ON)
set(JPKI_TESTS OFF)
if(NOT BUILD_TESTING)
    return()
endif()

find_package(GTest QUIET)
find_program(JPKI_PYTHON3 python3)
pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
# PKCS#11 headers to compare ours with, and the two modules that people put before others.
pkg_check_modules(P11KIT QUIET p11-kit-1)
pkg_check_modules(NSS QUIET IMPORTED_TARGET nss nspr)
find_file(JPKI_P11_KIT_PROXY p11-kit-proxy.so PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
find_file(JPKI_PKCS11_SPY pkcs11-spy.so PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkcs11
    /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)

set(missing)
foreach(needed GTest_FOUND JPKI_PYTHON3 CMOCKA_FOUND P11KIT_FOUND NSS_FOUND JPKI_P11_KIT_PROXY JPKI_PKCS11_SPY)
    if(NOT ${needed})
        string(REGEX REPLACE "^JPKI_|_FOUND$" "" needed "${needed}")
        list(APPEND missing "${needed}")
    endif()
endforeach()
if(NOT missing)
    set(JPKI_TESTS ON)
else()
    list(JOIN missing ", " missing)
    message(NOTICE "No tests in this build, for want of: ${missing}. (tests/support/install-packages test installs it all.)")
endif()
