// Faults in the running program: from a file, from the control socket, and what they do to its reader.
#include "program.hpp"

namespace jpki::vcard::test {
namespace {

TEST(RunningProgram, TakesFaultsFromAFileAndFromTheSocket) {
    RunningCard card;
    card.end(SIGTERM);
    std::ofstream(card.folder.file("plan")) << "0 sw 6F00  # once\n";
    card.begin({"--faults", card.folder.file("plan")});
    ASSERT_TRUE(card.reader.accept());
    card.reader.write(kPowerOn);
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "6F00");
    EXPECT_EQ(card.ctl({"fault", "0", "answers", "6A82"}), "ok\n");
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "6A82");
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "9000");
    EXPECT_NE(card.ctl({"oracle"}).find("\"faults\": 2"), std::string::npos);
    card.ctl({"fault", "now"}, 1);
    std::ofstream(card.folder.file("plan")) << "0 mute\nnow";
    EXPECT_EQ(card.run({"--image", card.image, "--faults", card.folder.file("plan")}), 2);
    EXPECT_NE(card.said().find("line 2: AT is no number"), std::string::npos) << card.said();
    EXPECT_EQ(card.run({"--image", card.image, "--faults", card.folder.file("none")}), 2);
}

TEST(RunningProgram, ALateAnswerKeepsNobodyElseWaiting) {
    RunningCard card;
    card.reader.write(kPowerOn);
    card.ctl({"fault", "0", "delay", "1000"});
    const auto before = std::chrono::steady_clock::now();
    card.reader.write(kSelect);
    card.reader.write("0005 00B0860004");  // nor does it overtake
    EXPECT_TRUE(card.ctl({"oracle"}).starts_with("{"));
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(900));
    EXPECT_EQ(card.reader.read(), "9000");
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(1000));
    EXPECT_EQ(card.reader.read(), "4A504B499000");
}

TEST(RunningProgram, ACardTakenOutWhileItsAnswerWaitsIsGone) {
    RunningCard card;
    card.reader.write(kPowerOn);
    card.ctl({"fault", "0", "delay", "60000"});
    card.reader.write(kSelect);
    card.ctl({"remove"});
    EXPECT_EQ(card.reader.read(), "gone");
}

TEST(RunningProgram, BouncesAndLeavesByItself) {
    RunningCard card;
    card.reader.write(kPowerOn);
    card.ctl({"fault", "0", "bounce-after"});
    card.ctl({"fault", "1", "leave"});
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "gone");
    ASSERT_TRUE(card.reader.accept());
    card.reader.write(kPowerOn);
    card.reader.write(kSelect);
    EXPECT_EQ(card.reader.read(), "gone");
    EXPECT_FALSE(card.reader.accept(1500));
    EXPECT_NE(card.ctl({"oracle"}).find("\"selects\": 1,"), std::string::npos);
    card.ctl({"insert"});
    EXPECT_TRUE(card.reader.accept());
}

}  // namespace
}  // namespace jpki::vcard::test
