// Why the card does not work, judged from facts that somebody else has collected: no reader is touched here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "holder.hpp"

namespace jpki::app {

// A USB device that may be a reader, by its interface class (CCID, 0x0B) or its maker's number.
struct UsbDevice {
    std::string identifier;  // vendor:product, hexadecimal
    std::string name;
    bool ccid = false;
};

struct PcscReader {
    std::string name;
    bool card = false;
    bool mute = false;   // a card that does not answer
    bool taken = false;  // somebody has it for himself
    std::string atr;     // hexadecimal
};

struct Facts {
    std::string module_path;
    std::string module_error;  // empty: loaded
    unsigned long config_problems = 0;
    unsigned long config_line = 0;
    unsigned long config_column = 0;

    std::uint32_t service = 0;  // what SCardEstablishContext answered
    bool service_socket = false;
    bool service_installed = false;
    bool sandboxed = false;  // flatpak or snap
    std::vector<PcscReader> pcsc_readers;
    std::vector<UsbDevice> usb;
    std::vector<std::string> others;  // programs that use PC/SC now: name and process id
    std::vector<Reader> readers;      // by the module

    bool p11kit_registered = false;
    std::vector<std::string> nss_unregistered;  // databases of this user without the module
    std::vector<std::string> nss_registered;
    Time built{};  // the day on which this program was made
    Time now{};
};

enum class Grade { good, note, problem };

struct Finding {
    std::string check;  // a word for programs, e.g. "service"
    Grade grade = Grade::good;
    std::string what;
    std::string advice;
};

// In the order in which they should be mended.
std::vector<Finding> diagnose(const Facts& facts);

}  // namespace jpki::app
