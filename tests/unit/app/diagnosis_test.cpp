#include "diagnosis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <winscard.h>

#include <functional>

#include "text.hpp"

namespace jpki::app {
namespace {

using namespace std::chrono;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr auto kToday = sys_days(2026y / 11 / 23);

KeySeat seat(unsigned long tries, CK_FLAGS flags = 0) {
    KeySeat seat;
    seat.purpose = Purpose::authentication;
    seat.flags = flags;
    seat.status.emplace();
    seat.status->ulTriesLeft = tries;
    seat.status->ulMaxTries = 3;
    seat.certificate.emplace();
    seat.certificate->not_before = sys_days(2026y / 1 / 1);
    seat.certificate->not_after = sys_days(2030y / 1 / 1);
    return seat;
}

// A card in a reader, and everything as it should be.
Facts healthy() {
    Facts facts;
    facts.service_socket = facts.service_installed = facts.p11kit_registered = true;
    facts.pcsc_readers = {{"Reader 1", true, false, false, "3B"}};
    facts.readers = {{"Reader 1", "My Number Card", false, {seat(3)}}};
    facts.built = sys_days(2026y / 11 / 1);
    facts.now = kToday;
    return facts;
}

std::string first_problem(const Facts& facts) {
    for (const Finding& one : diagnose(facts)) {
        if (one.grade != Grade::problem) continue;
        EXPECT_FALSE(one.what.empty());
        return one.check + ": " + one.what + " " + one.advice;
    }
    return "";
}

std::uint32_t code(LONG value) { return static_cast<std::uint32_t>(value); }

TEST(Diagnosis, OfAHealthyMachineHasNoProblem) {
    EXPECT_THAT(diagnose(healthy()), Each(Field(&Finding::grade, Grade::good)));
}

TEST(Diagnosis, TellsTheReasonsApartForWhichTheServiceDoesNotAnswer) {
    struct Case {
        LONG answer;
        std::function<void(Facts&)> change;
        const char* advice;
    };
    const Case kCases[] = {
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_installed = false; }, "apt install pcscd"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_socket = false; }, "enable --now pcscd.socket"},
        {SCARD_E_NO_SERVICE, [](Facts&) {}, "restart pcscd"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.sandboxed = true; }, "ordinary package"},
        {SCARD_W_SECURITY_VIOLATION, [](Facts&) {}, "polkit"},
        {SCARD_E_SERVICE_STOPPED, [](Facts&) {}, "same version"},
    };
    for (const Case& one : kCases) {
        Facts facts = healthy();
        facts.service = code(one.answer);
        facts.pcsc_readers.clear();
        facts.readers.clear();
        one.change(facts);
        EXPECT_THAT(first_problem(facts), HasSubstr(one.advice));
    }
}

TEST(Diagnosis, SaysWhichReaderHasNoDriver) {
    Facts facts = healthy();
    facts.pcsc_readers.clear();
    facts.readers.clear();
    EXPECT_THAT(first_problem(facts), HasSubstr("Connect a reader"));
    facts.usb = {{"054c:0dc8", "RC-S300/S", true}};
    EXPECT_THAT(first_problem(facts),
                HasSubstr("RC-S300/S (054c:0dc8) is connected, but the smart card service"));
    facts.usb = {{"054c:06c1", "RC-S380/S", false}};
    EXPECT_THAT(first_problem(facts), HasSubstr("no PC/SC driver on Linux"));
}

TEST(Diagnosis, SaysWhatIsWrongWithTheCard) {
    Facts facts = healthy();
    facts.pcsc_readers[0].taken = true;
    facts.others = {"scdaemon (4711)"};
    EXPECT_THAT(first_problem(facts), HasSubstr("scdaemon (4711)"));
    facts.pcsc_readers[0] = {"Reader 1", true, true, false, ""};
    EXPECT_THAT(first_problem(facts), HasSubstr("does not answer"));
    facts.pcsc_readers[0] = {"Reader 1", false, false, false, ""};
    EXPECT_THAT(first_problem(facts), HasSubstr("no card"));
    facts = healthy();
    facts.readers[0] = {"Reader 1", "", true, {}};
    EXPECT_THAT(first_problem(facts), HasSubstr("not a JPKI card"));
}

TEST(Diagnosis, LooksAtPinsAndCertificates) {
    Facts facts = healthy();
    facts.readers[0].seats = {seat(1, CKF_USER_PIN_FINAL_TRY)};
    EXPECT_THAT(first_problem(facts), HasSubstr("--last-try"));
    facts.readers[0].seats = {seat(0, CKF_USER_PIN_LOCKED)};
    EXPECT_THAT(first_problem(facts), HasSubstr("municipality"));
    facts.readers[0].seats = {seat(2, CKF_USER_PIN_COUNT_LOW)};
    EXPECT_EQ(first_problem(facts), "");
    EXPECT_THAT(diagnose(facts), Contains(Field(&Finding::what, HasSubstr("2 of 3 tries left"))));
    facts = healthy();
    facts.now = sys_days(2031y / 1 / 1);
    EXPECT_THAT(first_problem(facts), HasSubstr("EXPIRED on 2030-01-01"));
}

TEST(Diagnosis, KnowsThatAClockBeforeItsOwnBirthIsWrong) {
    Facts facts = healthy();
    facts.now = sys_days(2026y / 10 / 1);
    EXPECT_THAT(first_problem(facts), HasSubstr("Set the clock"));
    facts.now = sys_days(1970y / 1 / 1);
    EXPECT_THAT(first_problem(facts), HasSubstr("1970-01-01"));
}

TEST(Diagnosis, NamesProblemsOfTheConfigurationAndTheModule) {
    Facts facts = healthy();
    facts.config_problems = 2;
    facts.config_line = 7;
    facts.config_column = 3;
    EXPECT_THAT(first_problem(facts), HasSubstr("line 7, column 3"));
    facts.module_error = "no such file";
    EXPECT_THAT(first_problem(facts), HasSubstr("no such file"));
}

TEST(Diagnosis, MissingRegistrationsAreNotesOnly) {
    Facts facts = healthy();
    facts.p11kit_registered = false;
    facts.nss_unregistered = {"/srv/hanako/.pki/nssdb"};
    EXPECT_EQ(first_problem(facts), "");
    EXPECT_THAT(diagnose(facts),
                Contains(Field(&Finding::advice, HasSubstr("modutil -dbdir sql:/srv/hanako/.pki/nssdb"))));
}

}  // namespace
}  // namespace jpki::app
