#include "config/config_files.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

namespace jpki::p11 {

namespace {

constexpr std::string_view kFile = "/jpki-pkcs11/pkcs11.conf";
constexpr std::string_view kModules = JPKI_MODULES_BELOW_PREFIX;
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

// The file that this code was loaded from.
std::string this_file() {
    Dl_info info{};
    const bool known = ::dladdr(reinterpret_cast<const void*>(&config_files), &info) != 0;
    return known && info.dli_fname != nullptr ? info.dli_fname : "";
}

std::string without_links(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), &std::free);
    return found == nullptr ? path : found.get();
}

// What is wrong with a file as a whole: the English sentence goes on from the file's name.
struct Distrust {
    ConfigMistake mistake;
    const char* sentence;
};

std::optional<Distrust> distrust(const struct stat& status) {
    if (!S_ISREG(status.st_mode))
        return Distrust{ConfigMistake::not_regular, "is not a regular file, ignored"};
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        return Distrust{ConfigMistake::foreign_owner, "belongs to somebody else, ignored"};
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return Distrust{ConfigMistake::writable_by_others, "can be written by others, ignored (chmod go-w)"};
    if (static_cast<std::size_t>(status.st_size) > kMaximumSize)
        return Distrust{ConfigMistake::too_large, "is larger than 64 KiB, ignored"};
    return std::nullopt;
}

ConfigProblem problem_of(const std::string& path, ConfigMistake mistake, const std::string& sentence,
                         std::string_view subject = {}) {
    return {.line = 0,
            .column = 0,
            .message = path + " " + sentence,
            .mistake = mistake,
            .subject = std::string(subject),
            .file = path};
}

std::optional<ConfigProblem> read_open(int file, const std::string& path, std::string& text) {
    const auto unreadable = [&path](const char* sentence, int error) {
        return problem_of(path, ConfigMistake::unreadable, sentence, std::to_string(error));
    };
    struct stat status{};
    if (::fstat(file, &status) != 0) return unreadable("cannot be examined, ignored", errno);
    if (const auto reason = distrust(status)) return problem_of(path, reason->mistake, reason->sentence);
    std::array<char, 1024> part{};
    for (;;) {
        const ssize_t got = ::read(file, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable("cannot be read, ignored", errno);
        if (got == 0 || text.size() > kMaximumSize) return std::nullopt;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
}

// Nothing: read, or not there and not required.
std::optional<ConfigProblem> read_whole(const std::string& path, bool required, std::string& text) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        if (errno == ENOENT && !required) return std::nullopt;
        const int error = errno;
        return problem_of(path, ConfigMistake::unreadable,
                          std::string("cannot be opened: ") + ::strerrordesc_np(error),
                          std::to_string(error));
    }
    auto problem = read_open(file, path, text);
    (void)::close(file);
    return problem;
}

}  // namespace

void load_config_file(const std::string& path, bool required, LoadedConfig& loaded,
                      std::string_view program) {
    std::string text;
    if (auto problem = read_whole(path, required, text)) {
        loaded.problems.push_back(std::move(*problem));
        return;
    }
    std::vector<ConfigSetting> taken;
    for (ConfigProblem& problem : read_config(text, loaded.config, program, &taken)) {
        problem.file = path;
        problem.message = path + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) +
                          ": " + problem.message;
        loaded.problems.push_back(std::move(problem));
    }
    for (ConfigSetting& setting : taken) {
        setting.from = path;
        loaded.settings.push_back(std::move(setting));
    }
}

std::string system_config_file(const std::string& module) {
    const std::string_view folder = std::string_view(module).substr(0, module.rfind('/'));
    if (!kModules.empty() && folder.ends_with(kModules)) {
        const std::string prefix(folder.substr(0, folder.size() - kModules.size()));
        if (!prefix.empty() && prefix != "/usr")
            return prefix + "/" JPKI_SYSCONF_BELOW_PREFIX + std::string(kFile);
    }
    return JPKI_SYSCONFDIR + std::string(kFile);
}

std::vector<std::string> config_files(const std::string& module) {
    if (std::string named = environment("JPKI_PKCS11_CONF"); !named.empty()) return {std::move(named)};
    std::vector<std::string> files{system_config_file(without_links(module.empty() ? this_file() : module))};
    if (std::string user = user_file(); !user.empty()) files.push_back(std::move(user));
    return files;
}

LoadedConfig load_config(std::string_view program, const std::string& module) {
    LoadedConfig loaded;
    const bool named = !environment("JPKI_PKCS11_CONF").empty();
    for (const std::string& file : config_files(module))
        load_config_file(file, named, loaded, program);
    if (std::string log = environment("JPKI_PKCS11_LOG"); !log.empty()) {
        loaded.settings.push_back({"log_file", log, 0, "JPKI_PKCS11_LOG"});
        loaded.settings.push_back({"log_level", "trace", 0, "JPKI_PKCS11_LOG"});
        loaded.config.log_file = std::move(log);
        loaded.config.log_level = LogLevel::trace;
    }
    return loaded;
}

}  // namespace jpki::p11
