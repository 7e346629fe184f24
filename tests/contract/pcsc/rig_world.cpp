#include "rig_world.hpp"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "pcsc/functions.hpp"

extern char** environ;

namespace jpki::card::pcsc::test {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string rig_dir() { return environment("JPKI_RIG_DIR"); }

pid_t spawn(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ);
    EXPECT_EQ(failed, 0) << arguments[0];
    return failed == 0 ? pid : 0;
}

void end_process(pid_t pid, int signal) {
    if (pid <= 0) return;
    ::kill(pid, signal);
    ::waitpid(pid, nullptr, 0);
}

void control(const std::string& socket, const std::vector<std::string>& command) {
    std::vector<std::string> words{environment("JPKI_VCARD"), "ctl", socket};
    words.insert(words.end(), command.begin(), command.end());
    const pid_t pid = spawn(words);
    int status = -1;
    ::waitpid(pid, &status, 0);
    ASSERT_EQ(status, 0) << "jpki-vcard ctl " << command[0];
}

}  // namespace

void control_card(const std::vector<std::string>& command, int number) {
    control(rig_dir() + "/vcard" + std::to_string(number) + ".control", command);
}

void control_reader(const std::vector<std::string>& command, int number) {
    control(rig_dir() + "/ifd" + std::to_string(number) + ".control", command);
}

Duration took(const std::function<void()>& what) {
    const TimePoint start = in(0s);
    what();
    return in(0s) - start;
}

bool eventually(const std::function<bool()>& true_now, Duration limit) {
    for (const TimePoint end = in(limit); in(0s) < end; std::this_thread::sleep_for(10ms))
        if (true_now()) return true;
    return true_now();
}

Bytes select_jpki() {
    return {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
}

void remove_card() { control_card({"remove"}); }
void insert_card() { control_card({"insert"}); }

std::unique_ptr<ReaderSystem> readers_of_pcscd(Log& log) {
    return make_pcsc_reader_system(log, libpcsclite(log));
}

pid_t pcscd_pid() {
    pid_t pid = 0;
    std::ifstream(rig_dir() + "/pcscd.pid") >> pid;
    EXPECT_GT(pid, 1);
    return pid;
}

void signal_pcscd(int signal) {
    const pid_t pid = pcscd_pid();
    if (pid > 1) ::kill(pid, signal);
}

void kill_pcscd() {
    signal_pcscd(SIGKILL);
    // Its parent, the rig, reaps it.
    EXPECT_TRUE(eventually([pid = pcscd_pid()] { return ::kill(pid, 0) != 0; }));
}

NewPcscd::NewPcscd() {
    std::filesystem::remove(rig_dir() + "/pcscd/pcscd.comm");
    pid_ = spawn({"pcscd", "--foreground", "--config", rig_dir() + "/conf"});
    EXPECT_TRUE(eventually([] { return std::filesystem::exists(rig_dir() + "/pcscd/pcscd.comm"); }));
}

NewPcscd::~NewPcscd() { end_process(pid_, SIGKILL); }

OtherProgram::OtherProgram(DWORD share, const std::string& reader) {
    EXPECT_EQ(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_), SCARD_S_SUCCESS);
    DWORD protocol = 0;
    connected_ = SCardConnect(context_, reader.c_str(), share, SCARD_PROTOCOL_ANY, &handle_, &protocol);
}

OtherProgram::~OtherProgram() {
    SCardDisconnect(handle_, SCARD_LEAVE_CARD);
    SCardReleaseContext(context_);
}

LONG OtherProgram::begin() { return SCardBeginTransaction(handle_); }
LONG OtherProgram::end(DWORD disposition) { return SCardEndTransaction(handle_, disposition); }
LONG OtherProgram::reset() {
    DWORD protocol = 0;
    return SCardReconnect(handle_, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD, &protocol);
}

Bytes OtherProgram::transmit(ByteView command) {
    Bytes answer(MAX_BUFFER_SIZE_EXTENDED);
    DWORD length = answer.size();
    const LONG sent =
        SCardTransmit(handle_, SCARD_PCI_T1, command.data(), command.size(), nullptr, answer.data(), &length);
    answer.resize(sent == SCARD_S_SUCCESS ? length : 0);
    return answer;
}

Holder::Holder() {
    const std::string ready = rig_dir() + "/holder.ready";
    std::filesystem::remove(ready);
    pid_ = spawn({"/proc/self/exe", "--hold", ready});
    EXPECT_TRUE(eventually([&ready] { return std::filesystem::exists(ready); }));
}

Holder::~Holder() { kill(); }
void Holder::kill() { end_process(std::exchange(pid_, 0), SIGKILL); }

int hold(const std::string& ready_file) {
    OtherProgram program;
    if (program.connected() != SCARD_S_SUCCESS || program.begin() != SCARD_S_SUCCESS) return 1;
    std::ofstream(ready_file) << "held\n";
    ::pause();
    return 0;
}

}  // namespace jpki::card::pcsc::test
