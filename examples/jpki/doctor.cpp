// `jpki doctor`: collects the facts that diagnosis.cpp judges. It only looks: no PIN, no command to a card
// but those of `jpki status`.
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "command.hpp"
#include "diagnosis.hpp"
#include "failure.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSockets[] = {"/run/pcscd/pcscd.comm", "/var/run/pcscd/pcscd.comm"};
constexpr const char* kService = "/usr/sbin/pcscd";
constexpr const char* kUsb = "/sys/bus/usb/devices";
// Readers that cannot work by PC/SC, seen again and again: Sony's RC-S380 and RC-S330 speak a protocol of
// their own.
constexpr std::string_view kNotCcid[] = {"054c:06c1", "054c:06c3", "054c:02e1"};

bool there_is(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// The first line of a small file, or nothing.
std::string line_of(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code wrong;
    for (fs::directory_iterator at(folder, wrong), end; !wrong && at != end; at.increment(wrong))
        found.push_back(at->path());
    std::ranges::sort(found);
    return found;
}

// --- PC/SC

PcscReader read_reader(SCARDCONTEXT context, const std::string& name) {
    SCARD_READERSTATE state{};
    state.szReader = name.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    PcscReader reader;
    reader.name = name;
    if (SCardGetStatusChange(context, 0, &state, 1) != SCARD_S_SUCCESS) return reader;
    reader.card = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
    reader.mute = (state.dwEventState & SCARD_STATE_MUTE) != 0;
    reader.taken = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0;
    reader.atr =
        hexadecimal({state.rgbAtr, state.rgbAtr + std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr)});
    return reader;
}

void ask_service(Facts& facts) {
    SCARDCONTEXT context = 0;
    facts.service =
        static_cast<std::uint32_t>(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context));
    if (facts.service != static_cast<std::uint32_t>(SCARD_S_SUCCESS)) return;
    std::array<char, 16384> names{};
    DWORD length = names.size();
    if (SCardListReaders(context, nullptr, names.data(), &length) == SCARD_S_SUCCESS) {
        for (const char* name = names.data(); *name != '\0'; name += std::string_view(name).size() + 1)
            facts.pcsc_readers.push_back(read_reader(context, name));
    }
    (void)SCardReleaseContext(context);
}

// --- this machine

std::vector<UsbDevice> usb_readers() {
    std::vector<UsbDevice> found;
    for (const fs::path& device : entries_of(kUsb)) {
        UsbDevice one{line_of(device / "idVendor") + ":" + line_of(device / "idProduct"),
                      line_of(device / "product"), false};
        for (const fs::path& part : entries_of(device))
            one.ccid = one.ccid || line_of(part / "bInterfaceClass") == "0b";
        if (one.ccid || std::ranges::find(kNotCcid, one.identifier) != std::end(kNotCcid))
            found.push_back(one);
    }
    return found;
}

// Processes with libpcsclite in their memory; of other users only root sees that.
std::vector<std::string> programs_with_pcsc() {
    std::vector<std::string> found;
    for (const fs::path& process : entries_of("/proc")) {
        const std::string number = process.filename().string();
        if (number.find_first_not_of("0123456789") != std::string::npos ||
            number == std::to_string(::getpid()))
            continue;
        std::ifstream maps(process / "maps");
        std::string line;
        while (std::getline(maps, line)) {
            if (line.find("/libpcsclite") == std::string::npos) continue;
            found.push_back(fmt::format("{} ({})", line_of(process / "comm"), number));
            break;
        }
    }
    return found;
}

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
        facts.readers = look(module);
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
    ask_service(facts);
    const char* named = std::getenv("PCSCLITE_CSOCK_NAME");
    facts.service_socket =
        named != nullptr ? there_is(named)
                         : std::ranges::any_of(kSockets, [](const char* path) { return there_is(path); });
    facts.service_installed = there_is(kService);
    facts.sandboxed = there_is("/.flatpak-info") || std::getenv("SNAP") != nullptr;
    facts.usb = usb_readers();
    facts.others = programs_with_pcsc();
    ask_module(context, facts);
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
        lines += fmt::format("{} {}\n", text(kMarks[static_cast<std::size_t>(one.grade)]), one.what);
        if (!one.advice.empty()) lines += "    " + one.advice + "\n";
    }
    return lines;
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
    app.add_subcommand("doctor", say(Text::help_doctor))->callback([&context] {
        const auto findings = diagnose(collect(context));
        const bool ill = std::ranges::find(findings, Grade::problem, &Finding::grade) != findings.end();
        if (context.json) {
            Json all = Json::array();
            for (const Finding& one : findings)
                all.push_back({{"check", one.check},
                               {"result", kGrades[static_cast<std::size_t>(one.grade)]},
                               {"what", one.what},
                               {"advice", one.advice}});
            write(Json{{"healthy", !ill}, {"findings", std::move(all)}});
        } else {
            write(lines_of(findings) + (ill ? "" : say(Text::all_is_well) + "\n"));
        }
        if (ill) throw Ends{Exit::failed};
    });
}

}  // namespace jpki::app
