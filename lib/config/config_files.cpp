#include "config/config_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace jpki::p11 {

namespace {

constexpr const char* kSystemFile = "/etc/jpki-pkcs11/pkcs11.conf";
constexpr std::size_t kMaximumSize = 64UL * 1024;

std::string environment(const char* name) {
    const char* value = ::secure_getenv(name);
    return value == nullptr ? "" : value;
}

std::string user_file() {
    if (const std::string base = environment("XDG_CONFIG_HOME"); !base.empty() && base.front() == '/')
        return base + "/jpki-pkcs11/pkcs11.conf";
    if (const std::string home = environment("HOME"); !home.empty() && home.front() == '/')
        return home + "/.config/jpki-pkcs11/pkcs11.conf";
    return "";
}

const char* distrust(const struct stat& status) {
    if (!S_ISREG(status.st_mode)) return "is not a regular file, ignored";
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) return "belongs to somebody else, ignored";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written by others, ignored (chmod go-w)";
    if (static_cast<std::size_t>(status.st_size) > kMaximumSize) return "is larger than 64 KiB, ignored";
    return nullptr;
}

// Empty message: read.
std::string read_whole(const std::string& path, bool required, std::string& text) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        if (errno == ENOENT && !required) return {};
        return std::string("cannot be opened: ") + ::strerrordesc_np(errno);
    }
    struct stat status {};
    std::string message;
    if (::fstat(file, &status) != 0) {
        message = "cannot be examined, ignored";
    } else if (const char* reason = distrust(status); reason != nullptr) {
        message = reason;
    } else {
        std::array<char, 1024> part{};
        for (;;) {
            const ssize_t got = ::read(file, part.data(), part.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) message = "cannot be read, ignored";
            if (got <= 0 || text.size() > kMaximumSize) break;
            text.append(part.data(), static_cast<std::size_t>(got));
        }
    }
    (void)::close(file);
    if (!message.empty()) text.clear();
    return message;
}

}  // namespace

void load_config_file(const std::string& path, bool required, LoadedConfig& loaded,
                      std::string_view program) {
    std::string text;
    if (const std::string message = read_whole(path, required, text); !message.empty()) {
        loaded.problems.push_back({0, 0, path + " " + message});
        return;
    }
    for (ConfigProblem& problem : read_config(text, loaded.config, program)) {
        problem.message = path + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) +
                          ": " + problem.message;
        loaded.problems.push_back(std::move(problem));
    }
}

LoadedConfig load_config(std::string_view program) {
    LoadedConfig loaded;
    if (const std::string named = environment("JPKI_PKCS11_CONF"); !named.empty()) {
        load_config_file(named, true, loaded, program);
    } else {
        load_config_file(kSystemFile, false, loaded, program);
        if (const std::string user = user_file(); !user.empty())
            load_config_file(user, false, loaded, program);
    }
    if (std::string log = environment("JPKI_PKCS11_LOG"); !log.empty()) {
        loaded.config.log_file = std::move(log);
        loaded.config.log_level = LogLevel::trace;
    }
    return loaded;
}

}  // namespace jpki::p11
