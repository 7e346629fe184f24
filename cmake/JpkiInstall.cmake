# What `cmake --install` lays out besides programs and modules, which say it where they are built. Packages take all of it
# from here: debian/*.install only divides it.
include(CMakePackageConfigHelpers)
set(JPKI_ZSH_COMPLETIONS_DIR "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" CACHE STRING "Where zsh finds completions")

install(FILES data/p11-kit/jpki-pkcs11.module DESTINATION "${CMAKE_INSTALL_DATADIR}/p11-kit/modules")

# For programs that use the modules: the two headers, and where the modules are.
install(FILES include/jpki/cryptoki.h include/jpki/jpki_pkcs11.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/jpki")
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/jpki-pkcs11")
set(PACKAGE_INCLUDE_DIR "${CMAKE_INSTALL_INCLUDEDIR}")
set(PACKAGE_MODULE_DIR "${CMAKE_INSTALL_LIBDIR}/pkcs11")
configure_package_config_file(cmake/jpki-pkcs11-config.cmake.in install/jpki-pkcs11-config.cmake
    INSTALL_DESTINATION "${config_dir}" PATH_VARS PACKAGE_INCLUDE_DIR PACKAGE_MODULE_DIR)
write_basic_package_version_file(install/jpki-pkcs11-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/install/jpki-pkcs11-config.cmake"
    "${PROJECT_BINARY_DIR}/install/jpki-pkcs11-config-version.cmake" DESTINATION "${config_dir}")

foreach(section 5 7)
    file(GLOB english CONFIGURE_DEPENDS tools/man/*.${section})
    file(GLOB japanese CONFIGURE_DEPENDS tools/man/ja/*.${section})
    install(FILES ${english} DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
    install(FILES ${japanese} DESTINATION "${CMAKE_INSTALL_MANDIR}/ja/man${section}")
endforeach()

# For the programs that this build has.
foreach(program jpki jpki-probe jpki-vcard)
    if(TARGET ${program})
        install(FILES tools/man/${program}.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
        install(FILES tools/man/ja/${program}.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/ja/man1")
        install(FILES tools/completions/jpki.bash RENAME ${program}
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
        configure_file(tools/completions/jpki.zsh.in install/_${program} @ONLY)
        install(FILES "${PROJECT_BINARY_DIR}/install/_${program}" DESTINATION "${JPKI_ZSH_COMPLETIONS_DIR}")
        configure_file(tools/completions/jpki.fish.in install/${program}.fish @ONLY)
        install(FILES "${PROJECT_BINARY_DIR}/install/${program}.fish"
            DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
    endif()
endforeach()

# Examples: read by people, active nowhere.
install(FILES README.md README.ja.md SECURITY.md docs/packaging.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES data/polkit/50-jpki-remote.rules DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")

# What names the prefix.
configure_file(cmake/JpkiInstallPrefix.cmake.in install/JpkiInstallPrefix.cmake @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/install/JpkiInstallPrefix.cmake")
