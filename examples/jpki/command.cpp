#include "command.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "common/new_file.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace jpki::app {

Module& Context::module() {
    if (loaded) return *loaded;
    if (!json) waiting = std::make_unique<Waiting>();
    loaded = std::make_unique<Module>(module_path);
    return *loaded;
}

void write(const std::string& text) {
    Waiting::shown();
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw Failure(Exit::failed, say(Text::cannot_write, "stdout", reason_of(errno)));
}

// Names of files and readers need not be UTF-8.
std::string to_text(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write(const Json& json) { write(to_text(json)); }

void note(const std::string& lines) {
    Waiting::shown();
    (void)std::fputs(lines.c_str(), stderr);
}

void warn(const std::string& line) { note("jpki: " + line + "\n"); }

Octets read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    try {
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    } catch (const std::ios_base::failure&) {  // a folder opens, too
        throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    }
}

void write_file(const std::string& path, const std::string& contents, bool replace) {
    const int error = write_whole(path, contents, replace);
    if (error == EEXIST) throw Failure(Exit::refused, say(Text::file_exists, path));
    if (error != 0) throw Failure(Exit::failed, say(Text::cannot_write, path, reason_of(error)));
}

}  // namespace jpki::app
