// Finds the configuration files and decides whether they may be trusted. The only reader of the environment.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace jpki::p11 {

struct LoadedConfig {
    Config config;
    std::vector<ConfigProblem> problems;  // of all files, each message led by its file's name
    std::vector<ConfigSetting> settings;  // what was taken, later ones over earlier ones
};

// The file named by JPKI_PKCS11_CONF alone, or the system's and then the user's
// (XDG_CONFIG_HOME/jpki-pkcs11/pkcs11.conf) over it. A file must be a regular file of at most 64 KiB, belong
// to the user or root and be writable by nobody else. Nothing of the user's or the environment's counts in a
// program that runs with other rights than its caller's (AT_SECURE). JPKI_PKCS11_LOG overrides log_file.
// `program`: see read_config(). `module`: see system_config_file(); where this code is itself, unless given.
LoadedConfig load_config(std::string_view program = {}, const std::string& module = {});

// The files that load_config() reads, in its order, whether they are there or not.
std::vector<std::string> config_files(const std::string& module = {});

// The system's file for a module that was loaded from there: /etc/jpki-pkcs11/pkcs11.conf; below PREFIX/etc
// if it was installed below a PREFIX other than /usr.
std::string system_config_file(const std::string& module);

// One file over `loaded`; a missing one is no problem unless `required`.
void load_config_file(const std::string& path, bool required, LoadedConfig& loaded,
                      std::string_view program = {});

}  // namespace jpki::p11
