// Makes docs/features.md of the tables in lib/ and of the module itself, in this process with the virtual
// card.
//   jpki_features --write FILE
//   jpki_features --check FILE    exit status 1 when the file is stale, or the tables say what the module
//   does not
#include <cstdio>
#include <fstream>
#include <sstream>

#include "report.hpp"

namespace {

using jpki::features::Report;

void write_all(Report& report) {
    report.line("<!-- Made by `cmake --build build/dev --target features`; do not change it by hand. -->");
    report.line("# What is supported, and why not the rest");
    report.line();
    report.line("Made from the tables that the code itself is made from (`lib/entry/functions.def`,");
    report.line(
        "`lib/core/attributes.def`, `lib/mechanism`) and from what the module answers with a virtual card. "
        "The test");
    report.line("`structure.features` fails when this page, the tables and the module differ.");
    report.line();
    jpki::features::interfaces(report);
    jpki::features::functions(report);
    jpki::features::mechanisms(report);
    jpki::features::tokens(report);
    jpki::features::objects(report);
    jpki::features::vendor_interface(report);
}

std::string content(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

// The first line that differs, for the one who has to find out what changed.
void show_difference(const std::string& is, const std::string& should) {
    std::istringstream old_lines(is);
    std::istringstream new_lines(should);
    std::string old_line;
    std::string new_line;
    for (int number = 1;; ++number) {
        const bool more_old = static_cast<bool>(std::getline(old_lines, old_line));
        const bool more_new = static_cast<bool>(std::getline(new_lines, new_line));
        if (!more_old) old_line.clear();
        if (!more_new) new_line.clear();
        if (more_old == more_new && old_line == new_line && more_old) continue;
        (void)std::fprintf(stderr, "line %d\n  is:        %s\n  should be: %s\n", number, old_line.c_str(),
                           new_line.c_str());
        return;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view how = argc == 3 ? argv[1] : "";
    if (how != "--write" && how != "--check") {
        (void)std::fprintf(stderr, "Usage: jpki_features --write|--check FILE\n");
        return 2;
    }
    Report report;
    write_all(report);
    for (const std::string& claim : report.untrue())
        (void)std::fprintf(stderr, "not true of the module: %s\n", claim.c_str());
    if (how == "--write") {
        std::ofstream(argv[2], std::ios::binary) << report.text();
    } else if (const std::string is = content(argv[2]); is != report.text()) {
        (void)std::fprintf(stderr, "%s is stale; regenerate it: cmake --build build/dev --target features\n",
                           argv[2]);
        show_difference(is, report.text());
        return 1;
    }
    return report.untrue().empty() ? 0 : 1;
}
