// What this computer says of readers before any card is asked: the smart card service, its readers, devices
// on USB, drivers, and who else uses cards. It only looks, and judges nothing; diagnosis.cpp does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jpki::app {

// A USB device that may be a reader.
struct UsbDevice {
    std::string identifier;  // vendor:product, hexadecimal
    std::string name;
    bool ccid = false;  // by its interface class, 0x0B
};

struct PcscReader {
    std::string name;
    bool card = false;
    bool mute = false;   // a card that does not answer to power-up
    bool taken = false;  // somebody has it for himself
    std::string atr;     // hexadecimal
};

struct MachineFacts {
    std::uint32_t service = 0;    // what SCardEstablishContext answered
    bool service_library = true;  // libpcsclite is there, by which it is asked
    bool service_socket = false;
    bool service_installed = false;
    bool systemd = false;    // it runs this computer
    bool sandboxed = false;  // flatpak or snap
    bool ccid_driver = false;
    bool acs_driver = false;
    std::vector<PcscReader> pcsc_readers;
    std::vector<UsbDevice> usb;
    std::vector<std::string> others;  // as programs_with_pcsc()
};

// `root`: where the file system begins; a test has one of its own.
MachineFacts look_at_machine(const std::filesystem::path& root = "/");

std::vector<UsbDevice> usb_readers(const std::filesystem::path& root);

// Programs other than this one that use PC/SC now: name and process id. Of other users only root sees them.
std::vector<std::string> programs_with_pcsc();

// On USB by their numbers alone, because they speak a protocol of their own and no PC/SC driver knows it.
bool has_no_driver(const UsbDevice& device);
// Advanced Card Systems: some of them need the maker's driver in place of the common one.
bool is_of_acs(const UsbDevice& device);

bool there_is(const std::filesystem::path& path);
// The first line of a small file, what cannot be printed replaced; or nothing.
std::string line_of(const std::filesystem::path& path);
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

}  // namespace jpki::app
