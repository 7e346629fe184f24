// What every command of `jpki` has: the options before its name, and its way to write.
#pragma once

#include <memory>
#include <string>

#include "common/command_line.hpp"
#include "common/json.hpp"
#include "common/output.hpp"
#include "common/waiting.hpp"
#include "token/module.hpp"

namespace jpki::app {

struct Context {
    std::string module_path;
    std::string reader;  // empty: whichever has the card
    bool json = false;
    std::unique_ptr<Module> loaded;
    std::unique_ptr<Waiting> waiting;

    // Loaded at first use. From then on a person who waits is told so.
    Module& module();
};

// Each adds its subcommands to `app`; what they do throws Failure.
void add_status(Command app, Context& context);
void add_cert(Command app, Context& context);
void add_uri(Command app, Context& context);
void add_ca(Command app, Context& context);
void add_pin(Command app, Context& context);
void add_watch(Command app, Context& context);
void add_config(Command app, Context& context);
void add_sign(Command app, Context& context);
void add_verify(Command app, Context& context);
void add_doctor(Command app, Context& context);

// To standard output, all of it or Failure(failed): lines for people, and JSON (an indent of -1: in one
// line).
void write(const std::string& lines);
void write(const Json& json, int indent = 2);
// The same for what must not become anything else; to a terminal only where it is harmless.
void write_bytes(std::string_view bytes);
// To standard error: what the user should know, though it worked.
void warn(const std::string& line);
// The same, as it stands.
void note(const std::string& lines);

// What is said of an output: to standard output, unless the output itself is there.
void write_beside(std::string_view output, const std::string& lines);
std::string name_of_output(std::string_view output);
// Whether write_file() would begin: before anybody is asked for anything.
void check_output(const std::string& path, bool replace);
// Fails when the file is already there, unless `replace`; never leaves half a file.
void write_file(const std::string& path, const std::string& contents, bool replace);

}  // namespace jpki::app
