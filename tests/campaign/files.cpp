// Configuration and log files of all kinds: whatever lies there, the module starts, a warning says so, and
// nothing is followed, filled or waited for.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/config_files.hpp"
#include "config/log_file.hpp"
#include "families.hpp"

namespace jpki::campaign {

namespace {

namespace fs = std::filesystem;

// An empty folder for one case.
class Folder {
  public:
    Folder() {
        std::string name = fs::temp_directory_path() / "jpki-campaign.XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const char* name) const { return path_ / name; }

  private:
    fs::path path_;
};

void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    (void)::chmod(path.c_str(), 0600);
}

std::string shipped_configuration() {
    std::ifstream file(JPKI_SHIPPED_CONFIGURATION, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Reads it as the module would; a program with it can still sign.
void load(const std::string& path, bool harmless, Ledger& ledger) {
    const auto start = std::chrono::steady_clock::now();
    p11::LoadedConfig loaded;
    p11::load_config_file(path, true, loaded);
    if (std::chrono::steady_clock::now() - start > std::chrono::seconds(1))
        ledger.complain("I2: reading the configuration took more than a second");
    if (!harmless && loaded.problems.empty()) ledger.complain("a bad configuration was read without a word");
    if (loaded.config.last_try == p11::LastTry::allow && !harmless)
        ledger.complain("a bad configuration allowed the last try");
}

// --- contents

constexpr std::array kTexts{"=",
                            "[",
                            "]",
                            "[[",
                            "[a",
                            "[a]]",
                            "x",
                            "x =",
                            "x = [",
                            "x = {",
                            "x = \"",
                            "x = '",
                            "x = \"\\",
                            "x = \"\\u\"",
                            "x = \"\\uD800\"",
                            "x = 1979-99-99",
                            "x = 99999999999999999999",
                            "x = 0x",
                            "x = 1e",
                            "x = nan x",
                            "x = truee",
                            "x.y.z = 1\nx.y = 2",
                            "a = 1\na = 2",
                            "[a]\n[a]",
                            "[[a]]\n[a]",
                            "a = [1, [2, [3, ",
                            "\"\"\"",
                            "'''",
                            "a = \"\"\"x",
                            "# \x01",
                            "\xFF\xFE",
                            "\xEF\xBB",
                            "a\x00b",
                            "a = \"\x01\"",
                            "a = '\n'",
                            "a . = 1",
                            ".a = 1",
                            "a.=1",
                            "= 1",
                            "1 2",
                            "last_try = allow",
                            "last_try = 1",
                            "last_try = \"ALLOW\"",
                            "last_try = [\"allow\"]",
                            "lasttry = \"allow\"",
                            "last_try = \"allow",
                            "confirm = true",
                            "confirm = \"sometimes\"",
                            "auth_idle = \"8x\"",
                            "auth_idle = -1",
                            "auth_idle = \"\"",
                            "sign_idle = \"999999999999h\"",
                            "worker_threads = 3",
                            "worker_threads = \"maybe\"",
                            "tokens = \"\"",
                            "tokens = []",
                            "log = 1",
                            "log_level = \"loud\"",
                            "[application]",
                            "[application]\nx = 1",
                            "[application.x.y]\nlast_try = \"allow\"",
                            "application = 1",
                            "[application.\"\"]\ntokens = 7",
                            "unknown = 1"};

void meet_text(const char* text, Ledger& ledger) {
    const Folder folder;
    write(folder.file("pkcs11.conf"), text);
    // What means something without doing harm needs no complaint: an empty section, for one.
    load(folder.file("pkcs11.conf"), std::string_view(text).starts_with("[application]"), ledger);
}

void meet_shortened(std::size_t size, Ledger& ledger) {
    const Folder folder;
    write(folder.file("pkcs11.conf"), shipped_configuration().substr(0, size));
    load(folder.file("pkcs11.conf"), true, ledger);
}

void meet_flipped(std::size_t at, Ledger& ledger) {
    const Folder folder;
    std::string text = shipped_configuration();
    text[at] = static_cast<char>(text[at] ^ 0x20);
    write(folder.file("pkcs11.conf"), text);
    load(folder.file("pkcs11.conf"), true, ledger);
}

// --- what is no file, or not ours

struct Trick {
    const char* name;
    void (*set)(const std::string& path);
    bool harmless = false;
};

constexpr std::array<Trick, 12> kTricks{{
    {"missing", [](const std::string&) {}},
    {"folder", [](const std::string& path) { fs::create_directory(path); }},
    {"pipe", [](const std::string& path) { (void)::mkfifo(path.c_str(), 0600); }},
    {"socket",
     [](const std::string& path) {
         sockaddr_un address{};
         address.sun_family = AF_UNIX;
         path.copy(address.sun_path, sizeof address.sun_path - 1);
         const int wire = ::socket(AF_UNIX, SOCK_STREAM, 0);
         (void)::bind(wire, reinterpret_cast<const sockaddr*>(&address), sizeof address);
         (void)::close(wire);
     }},
    {"endless", [](const std::string& path) { fs::create_symlink("/dev/zero", path); }},
    {"full", [](const std::string& path) { fs::create_symlink("/dev/full", path); }},
    {"link-to-nothing", [](const std::string& path) { fs::create_symlink("/nonexistent/file", path); }},
    {"link-to-itself", [](const std::string& path) { fs::create_symlink(path, path); }},
    {"writable-by-all",
     [](const std::string& path) {
         write(path, "last_try = \"allow\"\n");
         (void)::chmod(path.c_str(), 0666);
     }},
    {"writable-by-the-group",
     [](const std::string& path) {
         write(path, "last_try = \"allow\"\n");
         (void)::chmod(path.c_str(), 0660);
     }},
    {"somebody-elses",
     [](const std::string& path) {
         write(path, "last_try = \"allow\"\n");
         // Only root can give a file away; for others it stays a readable file of their own.
         if (::chown(path.c_str(), 12345, 12345) != 0) write(path, "=");
     }},
    {"huge", [](const std::string& path) { write(path, std::string(std::size_t{20} << 20U, '#')); }},
}};

void meet_configuration(const Trick& trick, Ledger& ledger) {
    const Folder folder;
    trick.set(folder.file("pkcs11.conf"));
    load(folder.file("pkcs11.conf"), trick.harmless, ledger);
}

void meet_log(const Trick& trick, Ledger& ledger) {
    const Folder folder;
    const std::string path = folder.file("log");
    trick.set(path);
    const auto start = std::chrono::steady_clock::now();
    {
        const auto log = p11::open_log(path, LogLevel::trace);
        for (int i = 0; i < 100; ++i)
            log->write(LogLevel::error, "a line");
    }
    if (std::chrono::steady_clock::now() - start > std::chrono::seconds(1))
        ledger.complain("I2: the log took its time");
    const fs::file_status what = fs::symlink_status(path);
    if (fs::is_regular_file(what) && std::string_view(trick.name) == "missing" &&
        (what.permissions() & fs::perms(0777)) != fs::perms(0600))
        ledger.complain("the log can be read by others");
}

}  // namespace

std::vector<Case> hostile_files() {
    std::vector<Case> cases;
    const auto add = [&cases](std::string name, std::function<void(Ledger&)> run) {
        cases.push_back({std::move(name), [run = std::move(run)](Ledger& ledger, const Baseline& before) {
                             run(ledger);
                             if (baseline().files > before.files)
                                 ledger.complain("I10: a file was left open");
                         }});
    };
    for (std::size_t i = 0; i < kTexts.size(); ++i)
        add(fmt::format("files/text/{}", i), [i](Ledger& ledger) { meet_text(kTexts.at(i), ledger); });
    const std::size_t whole = shipped_configuration().size();
    for (std::size_t part = 0; part < 64; ++part)
        add(fmt::format("files/shortened/{}", part),
            [part, whole](Ledger& ledger) { meet_shortened(whole * part / 64, ledger); });
    for (std::size_t at = 0; at < 256 && at < whole; ++at)
        add(fmt::format("files/flipped/{}", at), [at](Ledger& ledger) { meet_flipped(at, ledger); });
    for (const Trick& trick : kTricks) {
        add(fmt::format("files/configuration/{}", trick.name),
            [&trick](Ledger& ledger) { meet_configuration(trick, ledger); });
        add(fmt::format("files/log/{}", trick.name), [&trick](Ledger& ledger) { meet_log(trick, ledger); });
    }
    return cases;
}

}  // namespace jpki::campaign
