#include "real_card_ban.hpp"

namespace jpki::testing {

namespace {

const BanInput kRig{.socket = "/tmp/rig/pcscd/pcscd.comm", .rig_dir = "/tmp/rig", .real_reader = {}};

}  // namespace

TEST(RealCardBan, LetsTheRigThrough) {
    EXPECT_EQ(refusal_of_service(kRig, false), "");
    EXPECT_EQ(refusal_of_reader(kRig, "Virtual PCD 00 00", false), "");
}

TEST(RealCardBan, RefusesAnEnvironmentWithoutRig) {
    EXPECT_NE(refusal_of_service({}, false), "");
    EXPECT_NE(refusal_of_service({.socket = kRig.socket, .rig_dir = {}, .real_reader = {}}, false), "");
    EXPECT_NE(refusal_of_service({.socket = {}, .rig_dir = kRig.rig_dir, .real_reader = {}}, false), "");
}

TEST(RealCardBan, RefusesASocketElsewhere) {
    for (const char* socket : {"/run/pcscd/pcscd.comm", "/tmp/rig-of-another/pcscd.comm", "/tmp/rig",
                               "/tmp/rig/../../run/pcscd/pcscd.comm", "pcscd.comm"})
        EXPECT_NE(refusal_of_service({.socket = socket, .rig_dir = "/tmp/rig", .real_reader = {}}, false), "")
            << socket;
}

TEST(RealCardBan, RefusesAReaderThatIsNotVirtual) {
    EXPECT_NE(refusal_of_reader(kRig, "SONY FeliCa RC-S300/S 00 00", false), "");
    EXPECT_NE(refusal_of_reader(kRig, "A Virtual PCD 00 00", false), "");
}

TEST(RealCardBan, AllowsTheOneNamedRealReaderOnlyToTestsThatAskForIt) {
    const BanInput named{.socket = {}, .rig_dir = {}, .real_reader = "SONY FeliCa RC-S300/S 00 00"};
    EXPECT_EQ(refusal_of_service(named, true), "");
    EXPECT_EQ(refusal_of_reader(named, "SONY FeliCa RC-S300/S 00 00", true), "");
    EXPECT_NE(refusal_of_reader(named, "SONY FeliCa RC-S300/S 01 00", true), "");
    EXPECT_NE(refusal_of_service(named, false), "");
    EXPECT_NE(refusal_of_reader(named, "SONY FeliCa RC-S300/S 00 00", false), "");
}

}  // namespace jpki::testing
