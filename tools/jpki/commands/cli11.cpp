// CLI11's help and configuration files, compiled once: <CLI/App.hpp>, which is all that others include,
// leaves them open. Nobody calls what is here; it makes the compiler put both classes into this file. It
// never reads a command line.
#include <CLI/CLI.hpp>
#include <utility>

namespace jpki::app {

std::pair<CLI::Formatter, CLI::ConfigBase> compiled_here() { return {}; }

}  // namespace jpki::app
