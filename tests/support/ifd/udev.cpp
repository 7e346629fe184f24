// The part of libudev that pcscd uses, for a machine whose only USB devices are our readers. Loaded before
// the real one (LD_PRELOAD), so that pcscd finds, adds and removes them the way it does with any reader on
// USB, and finds no other. The prototypes are libudev's; what they point to is ours alone.
#include <cstdio>
#include <cstring>
#include <memory>

#include "readers.hpp"

using jpki::testing::ifd::Hotplug;
using jpki::testing::ifd::Readers;

// Both of a USB device and of its one interface.
struct udev_device {
    std::size_t reader;
    const char* action;
    std::array<char, 32> sysname;
    std::array<char, 32> devnode;
};
struct udev_list_entry {
    std::array<char, 24> name;
    std::unique_ptr<udev_list_entry> next;
};
struct udev_enumerate {
    std::unique_ptr<udev_list_entry> first;
};
struct udev {};
struct udev_monitor {};

namespace {

// As bundles name them in Info.plist: of a range that is set aside for tests.
constexpr const char* kVendor = "1209";
constexpr const char* kProduct = "0001";

udev the_udev;
udev_monitor the_monitor;

udev_device* device(std::size_t reader, const char* action) {
    auto* made = new udev_device{.reader = reader, .action = action, .sysname = {}, .devnode = {}};
    (void)std::snprintf(made->sysname.data(), made->sysname.size(), "1-%zu:1.0", reader + 1);
    (void)std::snprintf(made->devnode.data(), made->devnode.size(), "/dev/bus/usb/001/%03zu", reader + 1);
    return made;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

udev* udev_new() { return &the_udev; }
udev* udev_unref(udev*) { return nullptr; }

udev_enumerate* udev_enumerate_new(udev*) { return new udev_enumerate; }
int udev_enumerate_add_match_subsystem(udev_enumerate*, const char*) { return 0; }
int udev_enumerate_scan_devices(udev_enumerate* list) {
    for (std::size_t reader = Readers::all().count(); reader-- > 0;) {
        auto entry = std::make_unique<udev_list_entry>();
        (void)std::snprintf(entry->name.data(), entry->name.size(), "%zu", reader);
        entry->next = std::move(list->first);
        list->first = std::move(entry);
    }
    return 0;
}
udev_list_entry* udev_enumerate_get_list_entry(udev_enumerate* list) { return list->first.get(); }
udev_list_entry* udev_list_entry_get_next(udev_list_entry* entry) { return entry->next.get(); }
const char* udev_list_entry_get_name(udev_list_entry* entry) { return entry->name.data(); }
udev_enumerate* udev_enumerate_unref(udev_enumerate* list) {
    delete list;
    return nullptr;
}

udev_device* udev_device_new_from_syspath(udev*, const char* name) {
    return device(std::strtoul(name, nullptr, 10), nullptr);
}
udev_device* udev_device_unref(udev_device* old) {
    delete old;
    return nullptr;
}
udev_device* udev_device_get_parent_with_subsystem_devtype(udev_device* child, const char*, const char*) {
    return child;
}
const char* udev_device_get_devnode(udev_device* of) { return of->devnode.data(); }
const char* udev_device_get_sysname(udev_device* of) { return of->sysname.data(); }
const char* udev_device_get_action(udev_device* of) { return of->action; }
const char* udev_device_get_sysattr_value(udev_device*, const char* name) {
    if (std::strcmp(name, "idVendor") == 0) return kVendor;
    if (std::strcmp(name, "idProduct") == 0) return kProduct;
    return std::strcmp(name, "bInterfaceNumber") == 0 ? "00" : nullptr;
}

// pcscd 2 asks for PCSCLITE_IGNORE, by which a rule of udev hides a reader.
const char* udev_device_get_property_value(udev_device*, const char*) { return nullptr; }

udev_monitor* udev_monitor_new_from_netlink(udev*, const char*) { return &the_monitor; }
int udev_monitor_filter_add_match_subsystem_devtype(udev_monitor*, const char*, const char*) { return 0; }
int udev_monitor_enable_receiving(udev_monitor*) { return 0; }
int udev_monitor_get_fd(udev_monitor*) { return Readers::all().news_descriptor(); }
udev_monitor* udev_monitor_unref(udev_monitor*) { return nullptr; }
udev_device* udev_monitor_receive_device(udev_monitor*) {
    const std::optional<Hotplug> news = Readers::all().news();
    return news ? device(news->reader, news->plugged_in ? "add" : "remove") : nullptr;
}

}  // extern "C"
#pragma GCC visibility pop
