// The program jpki-vcard as a user starts it: options, exit codes, and a whole life against a reader of our
// own.
#include <sys/stat.h>

#include "program.hpp"
#include "virtual/fault_row.hpp"

namespace jpki::vcard::test {
namespace {

TEST(Program, HelpDocumentsEverySwitchWithEveryValue) {
    Program program;
    EXPECT_EQ(program.run({"--help"}), 0);
    const std::string help = program.said();
    for (const SwitchInfo& row : personality_switches()) {
        std::string line = std::string(row.name) + "=";
        for (std::size_t i = 0; i < row.value_count(); ++i)
            line.append(i == 0 ? "" : "|").append(row.values[i]);
        EXPECT_NE(help.find("  " + line + "\n"), std::string::npos) << line;
        EXPECT_NE(help.find(row.meaning), std::string::npos) << row.name;
    }
    for (const PersonalitySet& row : personality_sets()) {
        EXPECT_NE(help.find("  " + std::string(row.name) + "\n"), std::string::npos) << row.name;
        EXPECT_NE(help.find(row.meaning), std::string::npos) << row.name;
    }
    for (const FamilyInfo& row : families())
        EXPECT_NE(help.find(row.meaning), std::string::npos) << row.name;
    EXPECT_NE(help.find("Exit codes"), std::string::npos);
    EXPECT_NE(help.find("reset-oracle"), std::string::npos);
    EXPECT_NE(help.find(fault_help()), std::string::npos);
}

TEST(Program, TellsItsVersion) {
    Program program;
    EXPECT_EQ(program.run({"--version"}), 0);
    EXPECT_TRUE(program.said().starts_with("jpki-vcard ")) << program.said();
}

TEST(Program, WrongCommandLinesAreExitCodeTwo) {
    Program program;
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--wings"},
                                               {"--port", "0"},
                                               {"--port", "70000"},
                                               {"ctl"},
                                               {"ctl", "/x"},
                                               {"--make-image"},
                                               {"--make-image", "--image", "/x/y", "--family", "cat"},
                                               {"--image", DEFAULT_IMAGE, "--host", "192.0.2.1"}}) {
        EXPECT_EQ(program.run(arguments), 2) << arguments[0] << program.said();
    }
    EXPECT_NE(program.said().find("--allow-remote"), std::string::npos);
}

TEST(Program, ABrokenImageIsExitCodeThree) {
    Program program;
    std::ofstream(program.folder.file("bad.img")) << "hello\n";
    EXPECT_EQ(program.run({"--image", program.folder.file("bad.img")}), 3);
    EXPECT_NE(program.said().find("line 1"), std::string::npos) << program.said();
}

TEST(Program, MakesImagesAndWritesTheirAuthorities) {
    Program program;
    const std::string image = program.folder.file("new.img");
    const std::string pin = program.folder.file("pin");
    std::ofstream(pin) << "4711\n";
    EXPECT_EQ(program.run({"--make-image", "--image", image, "--issuer", DEFAULT_IMAGE, "--person", "5",
                           "--not-before", "2020-01-01", "--not-after", "2020-12-31", "--new-auth-pin-file",
                           pin, "--personality", "seen-1900", "--personality", "sfi=no", "--ca-out",
                           program.folder.file("")}),
              0)
        << program.said();
    const Image made = load_image(image);
    EXPECT_EQ(made.person, 5U);
    EXPECT_EQ(made.find(Role::kAuthPin)->body, to_bytes(std::string_view("4711")));
    EXPECT_TRUE(made.personality.is(Switch::kSfi, "no"));
    EXPECT_TRUE(made.personality.is(Switch::kSignCaFile, "1900"));
    EXPECT_TRUE(content(program.folder.file("auth-ca.pem")).starts_with("-----BEGIN CERTIFICATE-----\n"));
    EXPECT_TRUE(content(program.folder.file("surface-ca.pem")).starts_with("-----BEGIN PUBLIC KEY-----\n"));
    EXPECT_EQ(made.surface_ca, default_image().surface_ca) << "the issuer's";
    EXPECT_EQ(program.run({"--make-image", "--image", image, "--personality", "sfi=maybe"}), 2);
    std::ofstream(pin) << "abcd\n";
    EXPECT_EQ(program.run({"--make-image", "--image", image, "--new-auth-pin-file", pin}), 3);
}

TEST(Program, MakesAnImageOfAnotherFamily) {
    Program program;
    const std::string image = program.folder.file("juki.img");
    const std::string pin = program.folder.file("pin");
    std::ofstream(pin) << "AB12\n";
    EXPECT_EQ(program.run({"--make-image", "--image", image, "--family", "juki", "--issuer", JUKI_IMAGE,
                           "--new-sign-pin-file", pin, "--ca-out", program.folder.file("")}),
              0)
        << program.said();
    EXPECT_EQ(load_image(image).family, Family::kJuki);
    EXPECT_EQ(content(program.folder.file("juki-sign-ca.pem")),
              content(std::string(IMAGE_DIR) + "/juki-sign-ca.pem"));
    EXPECT_FALSE(std::filesystem::exists(program.folder.file("juki-auth-ca.pem")));
    EXPECT_FALSE(std::filesystem::exists(program.folder.file("juki-surface-ca.pem")));
    EXPECT_EQ(program.run({"--make-image", "--image", image, "--family", "juki", "--issuer", DEFAULT_IMAGE}),
              3);
}

TEST(Program, ControlWithoutACardIsExitCodeOne) {
    Program program;
    EXPECT_EQ(program.run({"ctl", program.folder.file("nobody"), "status"}), 1);
}

TEST(RunningProgram, TalksToTheReader) {
    RunningCard card;
    card.reader.write("000104");
    EXPECT_EQ(card.reader.read(), "3B888001000005E0B381A1007F");
    card.reader.write(kPowerOn);
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "9000");
    EXPECT_EQ(content(card.folder.file("ready")), "ready\n");
    EXPECT_NE(content(card.folder.file("log")).find("0 SELECT 00A4040C"), std::string::npos);
}

TEST(RunningProgram, EndsCleanlyOnSignalsAndQuit) {
    for (const int signal : {SIGTERM, SIGINT}) {
        RunningCard card;
        EXPECT_EQ(card.end(signal), 0);
        EXPECT_FALSE(std::filesystem::exists(card.control)) << "its socket is gone";
    }
    RunningCard card;
    EXPECT_EQ(card.ctl({"quit"}), "ok\n");
    EXPECT_EQ(wait_for(std::exchange(card.child, -1)), 0);
}

TEST(RunningProgram, ASpentTryOutlivesEvenSigkill) {
    RunningCard card;
    card.reader.write(kPowerOn);
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "9000");
    card.reader.write(kWrong);
    EXPECT_EQ(card.reader.read(), "63C2");
    card.end(SIGKILL);
    card.begin();
    ASSERT_TRUE(card.reader.accept());
    card.reader.write(kPowerOn);
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "9000");
    card.reader.write(kWrong);
    EXPECT_EQ(card.reader.read(), "63C1");
}

TEST(RunningProgram, ComesBackSoonAfterTheReaderDid) {
    RunningCard card;
    card.reader.hang_up();
    const auto before = std::chrono::steady_clock::now();
    ASSERT_TRUE(card.reader.accept());
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(250));
    card.reader.write("000104");
    EXPECT_EQ(card.reader.read(), "3B888001000005E0B381A1007F");
}

TEST(RunningProgram, StartsBeforeTheReader) {
    Program program;
    const std::string image = program.folder.file("card.img");
    std::filesystem::copy_file(DEFAULT_IMAGE, image);
    const std::uint16_t port = FakeReader().port();
    const pid_t child = start({"--image", image, "--port", std::to_string(port)}, program.output);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    FakeReader reader(port);
    EXPECT_TRUE(reader.accept(1000));
    ::kill(child, SIGTERM);
    EXPECT_EQ(wait_for(child), 0);
}

TEST(RunningProgram, RemoveAndInsertBreakAndMakeTheConnection) {
    RunningCard card;
    EXPECT_EQ(card.ctl({"remove"}), "ok\n");
    EXPECT_EQ(card.reader.read(), "gone");
    EXPECT_FALSE(card.reader.accept(300));
    EXPECT_NE(card.ctl({"status"}).find("\"inserted\": false, \"connected\": false"), std::string::npos);
    EXPECT_EQ(card.ctl({"insert"}), "ok\n");
    EXPECT_TRUE(card.reader.accept());
}

TEST(RunningProgram, SwapBringsTheOtherPersonsCard) {
    RunningCard card;
    const std::string other = card.folder.file("other.img");
    std::filesystem::copy_file(OTHER_IMAGE, other);
    EXPECT_EQ(card.ctl({"swap", other}), "ok\n");
    EXPECT_EQ(card.reader.read(), "gone");
    ASSERT_TRUE(card.reader.accept());
    EXPECT_NE(card.ctl({"status"}).find("\"person\": 1"), std::string::npos);
    card.ctl({"swap", "/nonexistent"}, 1);
}

TEST(RunningProgram, ControlSocketIsPrivateAndSetsSwitches) {
    RunningCard card;
    struct stat found{};
    ASSERT_EQ(::stat(card.control.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_EQ(card.ctl({"set", "atr=contact"}), "ok\n");
    card.reader.write("000104");
    EXPECT_EQ(card.reader.read(), "3BE000FF8131FE4514");
    card.ctl({"set", "atr=wooden"}, 1);
    EXPECT_TRUE(card.ctl({"oracle"}).starts_with("{\"auth_pin\""));
    EXPECT_EQ(card.ctl({"log"}).find("\n.\n"), std::string::npos);
}

TEST(RunningProgram, ASecondCardDoesNotTakeTheFirstOnesSocket) {
    RunningCard card;
    EXPECT_EQ(card.run({"--image", DEFAULT_IMAGE, "--control", card.control}), 1);
    std::ofstream(card.folder.file("precious")) << "data";
    EXPECT_EQ(card.run({"--image", DEFAULT_IMAGE, "--control", card.folder.file("precious")}), 1);
    EXPECT_EQ(content(card.folder.file("precious")), "data");
    EXPECT_TRUE(card.ctl({"status"}).starts_with("{"));
}

}  // namespace
}  // namespace jpki::vcard::test
