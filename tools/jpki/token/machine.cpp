#include "token/machine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "document/certificate.hpp"
#include "pcsc/functions.hpp"
#include "waist/visible.hpp"

namespace jpki::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSockets[] = {"run/pcscd/pcscd.comm", "var/run/pcscd/pcscd.comm"};
constexpr const char* kDrivers = "usr/lib/pcsc/drivers";
constexpr std::string_view kAcs = "072f:";
// Sony's RC-S320, RC-S330/360/370, RC-S380/S and /P.
constexpr std::string_view kNoDriver[] = {"054c:01bb", "054c:02e1", "054c:06c1", "054c:06c3"};

using card::pcsc::Functions;

// Null where there is no libpcsclite.
const Functions* functions() {
    static SilentLog log;
    return card::pcsc::libpcsclite(log);
}

PcscReader read_reader(const Functions& pcsc, SCARDCONTEXT context, const std::string& name) {
    SCARD_READERSTATE state{};
    state.szReader = name.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    PcscReader reader;
    reader.name = name;
    if (pcsc.SCardGetStatusChange(context, 0, &state, 1) != SCARD_S_SUCCESS) return reader;
    reader.card = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
    reader.mute = (state.dwEventState & SCARD_STATE_MUTE) != 0;
    reader.taken = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0;
    reader.atr =
        hexadecimal({state.rgbAtr, state.rgbAtr + std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr)});
    return reader;
}

void ask_service(MachineFacts& facts) {
    const Functions* const pcsc = functions();
    facts.service_library = pcsc != nullptr;
    SCARDCONTEXT context = 0;
    facts.service = static_cast<std::uint32_t>(
        pcsc == nullptr ? SCARD_E_NO_SERVICE
                        : pcsc->SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context));
    if (facts.service != static_cast<std::uint32_t>(SCARD_S_SUCCESS)) return;
    std::array<char, 16384> names{};
    DWORD length = names.size();
    if (pcsc->SCardListReaders(context, nullptr, names.data(), &length) == SCARD_S_SUCCESS) {
        for (const char* name = names.data(); *name != '\0'; name += std::string_view(name).size() + 1)
            facts.pcsc_readers.push_back(read_reader(*pcsc, context, name));
    }
    (void)pcsc->SCardReleaseContext(context);
}

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool there_is(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::string line_of(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    // Devices and processes choose these texts themselves.
    return visible(line);
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code wrong;
    for (fs::directory_iterator at(folder, wrong), end; !wrong && at != end; at.increment(wrong))
        found.push_back(at->path());
    std::ranges::sort(found);
    return found;
}

bool has_no_driver(const UsbDevice& device) {
    return std::ranges::find(kNoDriver, device.identifier) != std::end(kNoDriver);
}

bool is_of_acs(const UsbDevice& device) { return device.identifier.starts_with(kAcs); }

std::vector<UsbDevice> usb_readers(const fs::path& root) {
    std::vector<UsbDevice> found;
    for (const fs::path& device : entries_of(root / "sys/bus/usb/devices")) {
        UsbDevice one{line_of(device / "idVendor") + ":" + line_of(device / "idProduct"),
                      line_of(device / "product"), false};
        for (const fs::path& part : entries_of(device))
            one.ccid = one.ccid || line_of(part / "bInterfaceClass") == "0b";
        if (one.ccid || has_no_driver(one)) found.push_back(one);
    }
    return found;
}

std::vector<std::string> programs_with_pcsc() {
    std::vector<std::string> found;
    for (const fs::path& process : entries_of("/proc")) {
        const std::string number = process.filename().string();
        if (!is_number(number) || number == std::to_string(::getpid())) continue;
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

MachineFacts look_at_machine(const fs::path& root) {
    MachineFacts facts;
    ask_service(facts);
    const char* named = std::getenv("PCSCLITE_CSOCK_NAME");
    facts.service_socket =
        named != nullptr
            ? there_is(named)
            : std::ranges::any_of(kSockets, [&](const char* path) { return there_is(root / path); });
    facts.service_installed = there_is(root / "usr/sbin/pcscd");
    facts.systemd = there_is(root / "run/systemd/system");
    facts.sandboxed = there_is(root / ".flatpak-info") || std::getenv("SNAP") != nullptr;
    facts.ccid_driver = there_is(root / kDrivers / "ifd-ccid.bundle");
    facts.acs_driver = there_is(root / kDrivers / "ifd-acsccid.bundle");
    facts.usb = usb_readers(root);
    facts.others = programs_with_pcsc();
    return facts;
}

}  // namespace jpki::app
