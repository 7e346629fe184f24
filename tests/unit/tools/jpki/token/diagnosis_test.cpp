#include "token/diagnosis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <winscard.h>

#include <functional>

#include "text/text.hpp"

namespace jpki::app {
namespace {

using namespace std::chrono;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kToday = sys_days(2026y / 11 / 23);

Token token(unsigned long tries, CK_FLAGS flags = 0) {
    Token token;
    token.purpose = KeyPurpose::authentication;
    token.flags = flags;
    token.status.emplace();
    token.status->ulTriesLeft = tries;
    token.status->ulMaxTries = 3;
    token.validity = Validity{sys_days(2026y / 1 / 1), sys_days(2030y / 1 / 1)};
    return token;
}

Reader reader(const std::string& name, CardState state = CardState::present) {
    Reader made{0, name, name, "", {}, {}};
    made.card.state = state;
    if (state == CardState::present) made.tokens = {token(3)};
    return made;
}

// A card in a reader, and everything as it should be.
Facts healthy() {
    Facts facts;
    facts.service_socket = facts.service_installed = facts.systemd = facts.ccid_driver = true;
    facts.p11kit_registered = true;
    facts.pcsc_readers = {{"Reader 1", true, false, false, "3B"}};
    facts.readers = {reader("Reader 1")};
    facts.built = sys_days(2026y / 11 / 1);
    facts.now = kToday;
    return facts;
}

std::string first_problem(const Facts& facts) {
    for (const Finding& one : diagnose(facts)) {
        if (one.grade != Grade::problem) continue;
        EXPECT_FALSE(one.what.empty());
        return one.check + ": " + one.what + " " + one.cure();
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
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_library = false; }, "apt install libpcsclite1"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_installed = false; }, "apt install pcscd"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_socket = false; }, "enable --now pcscd.socket"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.service_socket = facts.systemd = false; },
         "sudo pcscd"},
        {SCARD_E_NO_SERVICE, [](Facts&) {}, "restart pcscd"},
        {SCARD_E_NO_SERVICE, [](Facts& facts) { facts.sandboxed = true; }, "ordinary package"},
        {SCARD_W_SECURITY_VIOLATION, [](Facts&) {}, "50-jpki-remote.rules"},
        {SCARD_E_SERVICE_STOPPED, [](Facts&) {}, "same version"},
    };
    for (const Case& one : kCases) {
        Facts facts = healthy();
        facts.service = code(one.answer);
        facts.pcsc_readers.clear();
        facts.readers.clear();
        one.change(facts);
        EXPECT_THAT(first_problem(facts), HasSubstr(one.advice));
        // A command that finds no reader says the same.
        const auto trouble = reader_trouble(facts);
        ASSERT_TRUE(trouble);
        EXPECT_EQ(trouble->check, "service");
        EXPECT_THAT(trouble->cure(), HasSubstr(one.advice));
        EXPECT_NE(service_state(facts), "running");
    }
}

TEST(Diagnosis, SaysWhichReaderHasNoDriver) {
    Facts facts = healthy();
    facts.pcsc_readers.clear();
    facts.readers.clear();
    EXPECT_THAT(first_problem(facts), HasSubstr("Connect a reader"));
    EXPECT_EQ(reader_state(facts), "none");
    facts.usb = {{"054c:0dc8", "RC-S300/S", true}};
    EXPECT_THAT(first_problem(facts),
                HasSubstr("RC-S300/S (054c:0dc8) is connected, but the smart card service"));
    EXPECT_THAT(first_problem(facts), HasSubstr("restart pcscd"));
    facts.ccid_driver = false;
    EXPECT_THAT(first_problem(facts), HasSubstr("sudo apt install libccid"));
    facts.ccid_driver = true;
    facts.usb = {{"072f:2200", "ACR122U", true}};
    EXPECT_THAT(first_problem(facts), HasSubstr("sudo apt install libacsccid1"));
    facts.acs_driver = true;
    EXPECT_THAT(first_problem(facts), HasSubstr("Connect it again"));
    EXPECT_EQ(reader_state(facts), "no_driver");
    facts.usb = {{"054c:06c1", "RC-S380/S", false}};
    EXPECT_THAT(first_problem(facts), HasSubstr("no PC/SC driver for this reader on Linux"));
    EXPECT_EQ(reader_state(facts), "not_supported");
}

TEST(Diagnosis, SaysOfAReaderWithoutDriverBesideOneThatWorks) {
    Facts facts = healthy();
    facts.usb = {{"04e6:5116", "SCR3310", true}, {"054c:06c1", "RC-S380/S", false}};
    // The card is in the other one: no more than a note.
    EXPECT_EQ(first_problem(facts), "");
    EXPECT_THAT(diagnose(facts), Contains(Field(&Finding::what, HasSubstr("RC-S380/S (054c:06c1)"))));
    facts.readers = {reader("Reader 1", CardState::none)};
    facts.pcsc_readers[0].card = false;
    EXPECT_THAT(first_problem(facts), HasSubstr("RC-S380/S (054c:06c1)"));
    EXPECT_FALSE(reader_trouble(facts)) << "there is one that works";
}

TEST(Diagnosis, SaysWhatIsWrongWithTheCard) {
    Facts facts = healthy();
    facts.readers = {reader("Reader 1", CardState::busy)};
    facts.readers[0].card.others = {"python3 (4711)"};
    EXPECT_THAT(first_problem(facts), HasSubstr("python3 (4711)"));
    EXPECT_THAT(first_problem(facts), Not(HasSubstr("gpgconf")));
    facts.pcsc_readers[0].taken = true;
    facts.others = {"scdaemon (4712)"};
    EXPECT_THAT(first_problem(facts), HasSubstr("scdaemon (4712)"));
    EXPECT_THAT(first_problem(facts), HasSubstr("gpgconf --kill scdaemon"));
    facts.readers = {reader("Reader 1", CardState::silent)};
    facts.pcsc_readers[0] = {"Reader 1", true, true, false, ""};
    EXPECT_THAT(first_problem(facts), HasSubstr("The card in Reader 1 does not answer"));
    // The service's first power-up failed, the module's did not.
    facts.readers = {reader("Reader 1")};
    EXPECT_EQ(first_problem(facts), "");
    facts.readers = {reader("Reader 1", CardState::failing)};
    facts.readers[0].card.code = code(SCARD_E_NOT_READY);
    EXPECT_THAT(first_problem(facts), HasSubstr("0x80100010"));
    facts.readers[0].card.code = code(SCARD_W_SECURITY_VIOLATION);
    EXPECT_THAT(first_problem(facts), HasSubstr("polkit"));
    facts.readers = {reader("Reader 1", CardState::none)};
    facts.pcsc_readers[0] = {"Reader 1", false, false, false, ""};
    EXPECT_THAT(first_problem(facts), HasSubstr("no card"));
}

TEST(Diagnosis, KnowsOtherKindsOfCards) {
    Facts facts = healthy();
    facts.readers = {reader("Reader 1", CardState::foreign)};
    EXPECT_THAT(first_problem(facts), HasSubstr("not a JPKI card."));
    facts.pcsc_readers[0].atr =
        "3B8F8001804F0CA0000003061100"
        "3B0000000042";
    EXPECT_THAT(first_problem(facts), HasSubstr("FeliCa"));
}

TEST(Diagnosis, FindsTheReaderOfALongNameThatTheModuleCuts) {
    const std::string name(70, 'R');
    Facts facts = healthy();
    facts.pcsc_readers[0].name = name;
    facts.readers = {reader(name.substr(0, 60), CardState::silent)};
    EXPECT_THAT(first_problem(facts), HasSubstr("does not answer"));
}

TEST(Diagnosis, TakesTwoReadersThatAreCutAlikeForTwo) {
    Facts facts = healthy();
    facts.pcsc_readers = {{"Reader of a long name 00", true, false, false, "3B"},
                          {"Reader of a long name 01", true, false, false, "3B"}};
    facts.readers = {reader("Reader of a long name #1"),
                     reader("Reader of a long name #2", CardState::foreign)};
    for (Reader& one : facts.readers)
        one.own_name = "Reader of a long name";
    EXPECT_THAT(first_problem(facts), HasSubstr("The card in Reader of a long name 01 is not a JPKI card"));
}

TEST(Diagnosis, SaysThatCommandsWantAReaderWhereThereAreSeveralCards) {
    Facts facts = healthy();
    facts.pcsc_readers.push_back({"It's mine", true, false, false, "3B"});
    facts.readers.insert(facts.readers.begin(), reader("It's mine"));
    EXPECT_EQ(first_problem(facts), "");
    EXPECT_THAT(diagnose(facts), Contains(Field(&Finding::command, "jpki --reader 'It'\\''s mine' status")));
}

TEST(Diagnosis, SaysThatACardIsSlow) {
    Facts facts = healthy();
    facts.took = milliseconds(999);
    EXPECT_THAT(diagnose(facts), Each(Field(&Finding::grade, Grade::good)));
    facts.took = milliseconds(2345);
    EXPECT_EQ(first_problem(facts), "");
    EXPECT_THAT(diagnose(facts),
                Contains(Field(&Finding::what, HasSubstr("is slow: looking at it took 2.3 s"))));
}

TEST(Diagnosis, LooksAtPinsAndCertificates) {
    Facts facts = healthy();
    facts.readers[0].tokens = {token(1, CKF_USER_PIN_FINAL_TRY)};
    EXPECT_THAT(first_problem(facts), HasSubstr("--last-try"));
    facts.readers[0].tokens = {token(0, CKF_USER_PIN_LOCKED)};
    EXPECT_THAT(first_problem(facts), HasSubstr("municipality"));
    facts.readers[0].tokens = {token(2, CKF_USER_PIN_COUNT_LOW)};
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
    facts.module_path = "/usr/lib/my modules/jpki-pkcs11.so";
    EXPECT_THAT(diagnose(facts),
                Contains(Field(&Finding::command,
                               "modutil -dbdir sql:/srv/hanako/.pki/nssdb -add JPKI -libfile "
                               "'/usr/lib/my modules/jpki-pkcs11.so'")));
}

}  // namespace
}  // namespace jpki::app
