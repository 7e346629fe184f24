#include <gtest/gtest.h>

#include "commands/command.hpp"
#include "text/failure.hpp"

namespace jpki::app {
namespace {

// What `jpki ca verify WORD...` makes of it.
Exit typed(std::vector<std::string> words) {
    CommandLine line("jpki", "");
    Context context;
    add_ca(line.top(), context);
    words.insert(words.begin(), {"jpki", "ca", "verify"});
    std::vector<const char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(word.c_str());
    try {
        (void)line.read(static_cast<int>(arguments.size()), arguments.data());
        return Exit::ok;
    } catch (const Failure& failure) {
        return failure.exit();
    }
}

Exit verify(const std::string& fingerprint) { return typed({"--fingerprint", fingerprint}); }

TEST(Fingerprint, IsTakenInAnyFormThatPeopleMeet) {
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E77146"), Exit::ok);
    EXPECT_EQ(verify("952ccdc94df8f402e08ee56c309d518905e77146"), Exit::ok);
    EXPECT_EQ(verify("95:2C:CD:C9:4D:F8:F4:02:E0:8E:E5:6C:30:9D:51:89:05:E7:71:46"), Exit::ok);
    EXPECT_EQ(verify(" 952c cdc9 4df8 f402 e08e e56c 309d 5189 05e7 7146 "), Exit::ok);
    EXPECT_EQ(verify("19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355"), Exit::ok);
    EXPECT_EQ(verify("35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE"), Exit::ok) << "Miyagi prefecture";
    EXPECT_EQ(verify("A429536664452F3452B4EEDAAF3C4248C963C02D"), Exit::ok) << "the bridge";
}

TEST(Fingerprint, OneDigitOffIsNotVerified) {
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E77147"), Exit::not_verified);
    EXPECT_EQ(verify("09645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355"), Exit::not_verified);
}

TEST(Fingerprint, Md5IsRefusedAndWhatIsNoneIsAMistake) {
    EXPECT_EQ(verify("d41d8cd98f00b204e9800998ecf8427e"), Exit::not_verified);
    EXPECT_EQ(verify("952CCDC94DF8F402"), Exit::usage);
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E7714G"), Exit::usage);
}

TEST(Fingerprint, NeedsNoQuotesOnTheCommandLine) {
    EXPECT_EQ(typed({"--fingerprint", "35C4", "C9ED", "D1BF", "6D48", "0FDB", "00C6", "CEA0", "3E3C", "C67A",
                     "13BE"}),
              Exit::ok);
    EXPECT_EQ(typed({"--fingerprint", "SHA1",
                     "Fingerprint=35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE"}),
              Exit::ok);
    EXPECT_EQ(typed({"--fingerprint=35C4", "C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE"}), Exit::ok);
    EXPECT_EQ(typed({"--fingerprint", "13BE", "C67A", "3E3C", "CEA0", "00C6", "0FDB", "6D48", "D1BF", "C9ED",
                     "35C4"}),
              Exit::not_verified)
        << "the order is kept";
    EXPECT_EQ(typed({}), Exit::usage);
    EXPECT_EQ(typed({"--fingerprint", ""}), Exit::usage);
}

}  // namespace
}  // namespace jpki::app
