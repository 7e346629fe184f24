#include "commands/command.hpp"

#include <unistd.h>

#include <cerrno>

#include "common/new_file.hpp"
#include "common/output.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/machine.hpp"
#include "waist/visible.hpp"

namespace jpki::app {

namespace {

std::string who_else_uses_cards() {
    const auto others = programs_with_pcsc();
    return others.empty() ? std::string() : say(Text::waiting_with, joined(others));
}

}  // namespace

Module& Context::module() {
    if (loaded) return *loaded;
    if (!json) waiting = std::make_unique<Waiting>(say(Text::waiting_for_card), who_else_uses_cards);
    loaded = std::make_unique<Module>(module_path);
    return *loaded;
}

namespace {

void require(int error) {
    if (error != 0)
        throw Failure(Exit::failed, say(Text::cannot_write, text(Text::standard_output), reason_of(error)));
}

}  // namespace

void write(const std::string& lines) {
    Waiting::shown();
    require(show(STDOUT_FILENO, lines));
}

void write(const Json& json, int indent) {
    Waiting::shown();
    require(put(STDOUT_FILENO, json_text(json, indent)));
}

void write_bytes(std::string_view bytes) {
    Waiting::shown();
    if (::isatty(STDOUT_FILENO) == 1 && visible_lines(bytes) != bytes)
        throw Failure(Exit::refused, say(Text::not_for_terminals));
    require(put(STDOUT_FILENO, bytes));
}

void note(const std::string& lines) {
    Waiting::shown();
    (void)show(STDERR_FILENO, lines);
}

void warn(const std::string& line) { note("jpki: " + line + "\n"); }

void write_beside(std::string_view output, const std::string& lines) {
    output == kStandard ? note(lines) : write(lines);
}

std::string name_of_output(std::string_view output) {
    return std::string(output == kStandard ? text(Text::standard_output) : output);
}

namespace {

void require_place(int error, const std::string& path) {
    if (error == EEXIST) throw Failure(Exit::refused, say(Text::file_exists, path));
    if (error == kNoRegularFile) throw Failure(Exit::refused, say(Text::no_regular_output, path));
    if (error != 0) throw Failure(Exit::failed, say(Text::cannot_write, path, reason_of(error)));
}

}  // namespace

void check_output(const std::string& path, bool replace) {
    if (path != kStandard) require_place(check_place(path, replace), path);
}

void write_file(const std::string& path, const std::string& contents, bool replace) {
    if (path == kStandard) return write_bytes(contents);
    require_place(write_whole(path, contents, replace), path);
}

}  // namespace jpki::app
