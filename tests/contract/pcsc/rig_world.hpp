// The world around the backend under test: the rig's virtual card, its pcscd, and other programs that use the
// same reader. Used by the tests of this folder only; never touches a card by way of the backend itself.
#pragma once

#include <sys/types.h>
#include <winscard.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "pcsc/reader_system.hpp"

namespace jpki::card::pcsc::test {

using namespace std::chrono_literals;

inline TimePoint in(Duration time) { return std::chrono::steady_clock::now() + time; }
Duration took(const std::function<void()>& what);
// Looks every 10 ms until `true_now` or until the time is over, and says which.
bool eventually(const std::function<bool()>& true_now, Duration limit = 5s);

inline const std::string kReader = "Virtual PCD 00 00";
inline const std::string kEmptyReader = "Virtual PCD 00 01";
// SELECT of the JPKI application (docs/cards.md, "Applications and files").
Bytes select_jpki();

// --- cards and, in a rig with readers of our own (rig --ifd), readers; see tests/support/ifd/control.hpp
inline const std::string kSecondReader = "Virtual PCD 01 00";
void control_card(const std::vector<std::string>& command, int number = 0);
void control_reader(const std::vector<std::string>& command, int number = 0);
void remove_card();
void insert_card();

// --- pcscd
// The backend under test, over the real library.
std::unique_ptr<ReaderSystem> readers_of_pcscd(Log& log);
pid_t pcscd_pid();
void signal_pcscd(int signal);
// Kills it and waits until it is dead.
void kill_pcscd();
// A new pcscd in the place of one that was killed; ends with this object. Only inside the rig's namespaces.
class NewPcscd {
  public:
    NewPcscd();
    ~NewPcscd();
    NewPcscd(const NewPcscd&) = delete;
    NewPcscd& operator=(const NewPcscd&) = delete;

  private:
    pid_t pid_;
};

// --- other programs
// In this process, by bare PC/SC calls; ends like a program that ends properly.
class OtherProgram {
  public:
    explicit OtherProgram(DWORD share = SCARD_SHARE_SHARED, const std::string& reader = kReader);
    ~OtherProgram();
    OtherProgram(const OtherProgram&) = delete;
    OtherProgram& operator=(const OtherProgram&) = delete;

    [[nodiscard]] LONG connected() const { return connected_; }
    LONG begin();
    LONG end(DWORD disposition = SCARD_LEAVE_CARD);
    LONG reset();
    // The answer; empty when there was none.
    Bytes transmit(ByteView command);

  private:
    SCARDCONTEXT context_ = 0;
    SCARDHANDLE handle_ = 0;
    LONG connected_;
};

// Another process that sits inside a transaction until it is killed.
class Holder {
  public:
    Holder();
    ~Holder();
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    void kill();

  private:
    pid_t pid_;
};
// What such a process does; called by main() in it.
int hold(const std::string& ready_file);

}  // namespace jpki::card::pcsc::test
