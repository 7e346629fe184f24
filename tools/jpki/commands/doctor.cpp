// `jpki doctor`: collects the facts that diagnosis.cpp judges. It only looks: no PIN, no command to a card
// but those of `jpki status`.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "commands/command.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/diagnosis.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

bool names_our_module(const fs::path& list) {
    std::ifstream file(list);
    std::string line;
    while (std::getline(file, line))
        if (line.find("jpki-pkcs11") != std::string::npos || line.find("p11-kit-proxy") != std::string::npos)
            return true;
    return false;
}

void look_at_databases(Facts& facts) {
    const char* home = std::getenv("HOME");
    if (home == nullptr) return;
    std::vector<fs::path> folders{fs::path(home) / ".pki/nssdb"};
    for (const char* profiles : {".mozilla/firefox", ".thunderbird"})
        for (const fs::path& profile : entries_of(fs::path(home) / profiles))
            folders.push_back(profile);
    const bool by_policy = names_our_module("/etc/firefox/policies/policies.json");
    for (const fs::path& folder : folders) {
        const fs::path list = folder / "pkcs11.txt";
        if (!there_is(list)) continue;
        const bool known =
            names_our_module(list) || (by_policy && folder.string().find(".mozilla") != std::string::npos);
        (known ? facts.nss_registered : facts.nss_unregistered).push_back(folder.string());
    }
}

void ask_module(Context& context, Facts& facts) {
    try {
        const Module& module = context.module();
        facts.module_path = module.path();
        JPKI_MODULE_STATUS status{};
        status.ulSize = sizeof status;
        if (module.vendor() != nullptr && module.vendor()->JPKI_GetModuleStatus(&status) == CKR_OK) {
            facts.config_problems = status.ulConfigProblems;
            facts.config_line = status.ulConfigLine;
            facts.config_column = status.ulConfigColumn;
        }
        const auto begin = std::chrono::steady_clock::now();
        facts.readers = look(module);
        facts.took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    } catch (const Failure& failure) {
        if (context.loaded == nullptr) facts.module_error = failure.what();
    }
}

Time day_of_build() {
    std::tm parts{};
    (void)::strptime(JPKI_SOURCE_DATE, "%Y-%m-%d", &parts);
    return std::chrono::time_point_cast<std::chrono::seconds>(
        std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

Facts collect(Context& context) {
    Facts facts;
    // The module first: it waits for readers that a service just started has yet to find.
    ask_module(context, facts);
    static_cast<MachineFacts&>(facts) = look_at_machine();
    facts.p11kit_registered = there_is("/usr/share/p11-kit/modules/jpki-pkcs11.module") ||
                              there_is("/etc/pkcs11/modules/jpki-pkcs11.module");
    look_at_databases(facts);
    facts.built = day_of_build();
    facts.now = now();
    return facts;
}

constexpr std::string_view kGrades[] = {"good", "note", "problem"};

std::string lines_of(const std::vector<Finding>& findings) {
    static constexpr Text kMarks[] = {Text::mark_good, Text::mark_note, Text::mark_problem};
    std::string lines;
    for (const Finding& one : findings) {
        lines += fill("{} {}\n", text(kMarks[static_cast<std::size_t>(one.grade)]), one.what);
        if (!one.advice.empty()) lines += "    " + one.advice + "\n";
        if (!one.command.empty()) lines += "      " + one.command + "\n";
    }
    return lines;
}

}  // namespace

void add_doctor(Command app, Context& context) {
    app.add("doctor", say(Text::help_doctor)).run([&context] {
        const auto findings = diagnose(collect(context));
        const bool ill = std::ranges::find(findings, Grade::problem, &Finding::grade) != findings.end();
        if (context.json) {
            Json all = Json::array();
            for (const Finding& one : findings)
                all.push_back({{"check", one.check},
                               {"result", kGrades[static_cast<std::size_t>(one.grade)]},
                               {"what", one.what},
                               {"advice", one.advice},
                               {"command", one.command}});
            write(Json{{"healthy", !ill}, {"findings", std::move(all)}});
        } else {
            write(lines_of(findings) + (ill ? "" : say(Text::all_is_well) + "\n"));
        }
        if (ill) throw Ends{Exit::failed};
    });
}

}  // namespace jpki::app
