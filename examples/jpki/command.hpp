// What every command of `jpki` has: the options before its name, and its way to write.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "module.hpp"
#include "waiting.hpp"

// Whoever adds options includes <CLI/App.hpp>: CLI11 is long, and whatever includes it compiles much of it.
namespace CLI {
class App;
}

namespace jpki::app {

using Json = nlohmann::ordered_json;

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
void add_status(CLI::App& app, Context& context);
void add_cert(CLI::App& app, Context& context);
void add_uri(CLI::App& app, Context& context);
void add_ca(CLI::App& app, Context& context);
void add_pin(CLI::App& app, Context& context);
void add_watch(CLI::App& app, Context& context);
void add_config(CLI::App& app, Context& context);
void add_sign(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);

// To standard output, all of it or Failure(failed).
void write(const std::string& text);
void write(const Json& json);
// With its end of line; -1: all of it in that line.
std::string to_text(const Json& json, int indent = 2);
// To standard error: what the user should know, though it worked.
void warn(const std::string& line);
// The same, as it stands.
void note(const std::string& lines);

Octets read_file(const std::string& path);
// Fails when the file is already there, unless `replace`; never leaves half a file.
void write_file(const std::string& path, const std::string& contents, bool replace);

}  // namespace jpki::app
