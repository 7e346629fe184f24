// The test program's two faces: the tests, behind the ban on real cards, and the other process that some of
// them need, which holds a transaction until it is killed.
#include <gtest/gtest.h>

#include <string_view>

#include "pcsc/reader_system.hpp"
#include "real_card_ban.hpp"
#include "rig_world.hpp"

namespace {

std::vector<std::string> readers() {
    jpki::SilentLog log;
    const auto context = jpki::card::pcsc::test::readers_of_pcscd(log)->open();
    std::vector<std::string> names;
    if (!context) return names;
    if (const auto list = (*context)->list())
        for (const auto& reader : *list)
            names.push_back(reader.name);
    return names;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> arguments(argv, argv + argc);
    if (arguments.size() == 3 && arguments[1] == "--hold")
        return jpki::card::pcsc::test::hold(std::string(arguments[2]));
    ::testing::InitGoogleTest(&argc, argv);
    ::testing::AddGlobalTestEnvironment(new jpki::testing::RealCardBan(readers));
    return RUN_ALL_TESTS();
}
