// What is on USB and which drivers there are, as a file system of the test's own says.
#include "token/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace jpki::app {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::Field;

class Machine : public ::testing::Test {
  protected:
    Machine() {
        std::string name = ::testing::TempDir() + "jpki_machine_XXXXXX";
        root_ = ::mkdtemp(name.data());
    }
    ~Machine() override { fs::remove_all(root_); }

    void write(const fs::path& path, const std::string& text) {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text << "\n";
    }
    // As Linux shows a device: its numbers, its name, and a folder for each interface.
    void plug(const std::string& port, const std::string& vendor, const std::string& product,
              const std::string& name, const std::string& interface_class) {
        const fs::path device = fs::path("sys/bus/usb/devices") / port;
        write(device / "idVendor", vendor);
        write(device / "idProduct", product);
        write(device / "product", name);
        write(device / (port + ":1.0") / "bInterfaceClass", interface_class);
    }

    fs::path root_;
};

TEST_F(Machine, SeesReadersByTheirClassAndThoseWithoutADriverByTheirNumber) {
    plug("1-1", "054c", "0dc8", "RC-S300/S", "0b");
    plug("1-2", "054c", "06c1", "RC-S380/S", "ff");
    plug("1-3", "046d", "c31c", "Keyboard K120", "03");
    plug("1-4", "072f", "223b", "ACR1252 Dual Reader", "0b");
    EXPECT_THAT(usb_readers(root_), ElementsAre(Field(&UsbDevice::identifier, "054c:0dc8"),
                                                Field(&UsbDevice::identifier, "054c:06c1"),
                                                Field(&UsbDevice::identifier, "072f:223b")));
    const auto seen = usb_readers(root_);
    EXPECT_TRUE(seen[0].ccid);
    EXPECT_FALSE(has_no_driver(seen[0]));
    EXPECT_FALSE(seen[1].ccid);
    EXPECT_TRUE(has_no_driver(seen[1]));
    EXPECT_TRUE(is_of_acs(seen[2]));
    EXPECT_EQ(seen[2].name, "ACR1252 Dual Reader");
}

TEST_F(Machine, WithoutUsbHasNoReaders) { EXPECT_TRUE(usb_readers(root_).empty()); }

TEST_F(Machine, SaysNothingToTheTerminalInTheNameOfADevice) {
    plug("1-1", "054c", "0dc8", "Re\x1b[2Jader\r\x9b", "0b");
    EXPECT_EQ(usb_readers(root_).at(0).name, "Re\\x1B[2Jader\\r\\x9B");
}

TEST_F(Machine, KnowsDriversServiceAndSandbox) {
    ::setenv("PCSCLITE_CSOCK_NAME", "/nonexistent", 1);
    ::unsetenv("SNAP");
    MachineFacts facts = look_at_machine(root_);
    EXPECT_FALSE(facts.service_installed || facts.systemd || facts.sandboxed || facts.service_socket);
    EXPECT_FALSE(facts.ccid_driver || facts.acs_driver);
    EXPECT_TRUE(facts.pcsc_readers.empty());
    EXPECT_NE(facts.service, 0U);
    for (const char* path :
         {"usr/sbin/pcscd", "run/systemd/system/x", ".flatpak-info", "usr/lib/pcsc/drivers/ifd-ccid.bundle/x",
          "usr/lib/pcsc/drivers/ifd-acsccid.bundle/x"})
        write(path, "");
    facts = look_at_machine(root_);
    EXPECT_TRUE(facts.service_installed && facts.systemd && facts.sandboxed);
    EXPECT_TRUE(facts.ccid_driver && facts.acs_driver);
}

}  // namespace
}  // namespace jpki::app
