// The image file: what survives a restart, and that nothing hostile gets past the reader.
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

std::string complaint(const std::string& text) {
    try {
        parse_image(text);
        return "none";
    } catch (const ImageError& error) {
        return error.what();
    }
}

TEST(ImageText, ComesBackAsItWas) {
    Image image = default_image();
    image.personality.set("sfi=no");
    image.find(Role::kAuthPin)->tries_left = 1;
    EXPECT_EQ(parse_image(serialize_image(image)), image);
}

TEST(ImageText, WithoutAFamilyIsAMyNumberCard) {
    EXPECT_EQ(parse_image(replaced(serialize_image(default_image()), "family = mynumber\n", "")),
              default_image());
}

TEST(ImageText, StartsWithItsVersion) {
    const std::string text = serialize_image(default_image());
    EXPECT_TRUE(text.starts_with("jpki-vcard-image = 1\n"));
    EXPECT_NE(complaint(replaced(text, "image = 1", "image = 2")).find("first line"), std::string::npos);
    EXPECT_NE(complaint("").find("first line"), std::string::npos);
}

TEST(ImageFile, CountersSurviveARestartOfTheCard) {
    const Folder folder;
    const std::string path = folder.file("card.img");
    ASSERT_TRUE(save_image(default_image(), path));
    for (const char* expected : {"63C2", "63C1", "63C0", "6984", "6984"}) {
        JpkiCard card(load_image(path));
        card.on_save([&](const Image& image) { return save_image(image, path); });
        EXPECT_EQ(card.sw(kWrongAuth), expected);
    }
    JpkiCard card(load_image(path));
    EXPECT_EQ(card.sw(kQuerySign), "63C5");
}

TEST(ImageFile, ChangedPinsAndPersonalitySurvive) {
    const Folder folder;
    const std::string path = folder.file("card.img");
    {
        JpkiCard card;
        card.on_save([&](const Image& image) { return save_image(image, path); });
        card.sw(kVerifyAuth);
        EXPECT_EQ(card.sw("0024018004 35363738"), "9000");
        card.set("filler", "00");
    }
    JpkiCard card(load_image(path));
    EXPECT_EQ(card.sw("0020009804 35363738"), "9000");
    EXPECT_EQ(card.image().personality.get(Switch::kFiller), "00");
}

TEST(ImageFile, IsPrivateAndReplacedWhole) {
    const Folder folder;
    const std::string path = folder.file("card.img");
    std::ofstream(path) << "something older and longer";
    ::chmod(path.c_str(), 0644);
    ASSERT_TRUE(save_image(default_image(), path));
    struct stat found{};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_EQ(load_image(path), default_image());
    const auto files = std::filesystem::directory_iterator(std::filesystem::path(path).parent_path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left beside it";
}

TEST(ImageFile, ThatCannotBeWrittenOrReadIsReported) {
    EXPECT_FALSE(save_image(default_image(), "/nonexistent/card.img"));
    EXPECT_THROW(load_image("/nonexistent/card.img"), ImageError);
    EXPECT_THROW(load_image("/"), ImageError);
    const Folder folder;
    std::ofstream(folder.file("big")) << std::string(3U << 20U, 'x');
    EXPECT_THROW(load_image(folder.file("big")), ImageError);
}

struct Hostile {
    const char* what;
    const char* with;
    const char* complaint;
};
void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.with; }

class HostileImage : public testing::TestWithParam<Hostile> {};

TEST_P(HostileImage, IsRefusedWithAClearError) {
    const std::string text = serialize_image(default_image());
    const std::string why = complaint(replaced(text, GetParam().what, GetParam().with));
    EXPECT_NE(why.find(GetParam().complaint), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(
    Reader, HostileImage,
    testing::Values(Hostile{"person = 0", "person = -1", "not a number"},
                    Hostile{"person = 0", "person = 99999999999999999999", "not a number"},
                    Hostile{"person = 0", "person: 0", "no \" = \""},
                    Hostile{"person = 0", "nonsense = 0", "named by four"},
                    Hostile{"person = 0", "person.x = 0", "unknown key"},
                    Hostile{"person = 0", "person = 0\nperson = 0", "came before"},
                    Hostile{"person = 0", "ca.root.key = 00", "unknown authority"},
                    Hostile{"family = mynumber", "family = cat", "unknown family"},
                    Hostile{"family = mynumber", "family.x = mynumber", "unknown family"},
                    Hostile{"personality.sfi = yes", "personality.sfi = maybe", "unknown switch"},
                    Hostile{"personality.sfi = yes", "personality.wings = yes", "unknown switch"},
                    Hostile{"jpki.aid = D392F000260100000001", "jpki.aid = D392F", "hexadecimal"},
                    Hostile{"jpki.aid = D392F000260100000001", "jpki.aid = XX", "not a number"},
                    Hostile{"jpki.aid = D392F000260100000001", "jpki.aid = ", "5 to 16"},
                    Hostile{"jpki.0001.kind = transparent", "jpki.0001.kind = folder", "no such word"},
                    Hostile{"jpki.0001.kind = transparent", "jpki.1.kind = pin", "four hexadecimal"},
                    Hostile{"jpki.0001.kind = transparent", "jpki.0001.colour = red", "unknown property"},
                    Hostile{"jpki.0001.kind = transparent", "JPKI.0001.kind = key", "unknown key"},
                    Hostile{"jpki.0001.size = 2560", "jpki.0001.size = 99999", "not a number in range"},
                    Hostile{"jpki.0001.guard = 001B", "jpki.0001.guard = 0017", "its guard"},
                    Hostile{"jpki.0001.guard = 001B", "jpki.0001.guard = 001B 0017", "its guard"},
                    Hostile{"jpki.0001.guard = 001B", "jpki.0001.guard = 001B 001B 001B 001B",
                            "too many PIN"},
                    Hostile{"jpki.0001.guard = 001B", "jpki.0001.guard = 001B,0018", "not a number"},
                    Hostile{"jpki.0001.role = sign-cert", "jpki.0001.role = auth-cert", "its role is taken"},
                    Hostile{"jpki.0018.tries-left = 3", "jpki.0018.tries-left = 4", "retry counter"},
                    Hostile{"jpki.0018.tries-left = 3", "jpki.0018.tries-left = 16", "not a number in range"},
                    Hostile{"jpki.0018.tries-max = 3", "jpki.0018.tries-max = 0", "retry counter"},
                    Hostile{"jpki.0018.body = 31323334", "jpki.0018.body = ", "1 to 16 bytes"},
                    Hostile{"jpki.0018.body = 31323334", "jpki.0018.body = 3132333Z", "not a number"}));

TEST(ImageText, ErrorsNameTheLine) {
    EXPECT_EQ(complaint("jpki-vcard-image = 1\n\n# remark\nwhat is this\n"), "line 4: no \" = \"");
}

TEST(ImageText, ErrorsShowNoByteOfTheImage) {
    const std::string why = complaint(
        replaced(serialize_image(default_image()), "jpki.0018.body = 31323334", "jpki.0018.body = 3132333"));
    EXPECT_EQ(why.find("3132"), std::string::npos) << why;
}

TEST(ImageText, EveryTruncationIsSurvived) {
    const std::string text = serialize_image(default_image());
    for (std::size_t length = 0; length < text.size(); length += 97) {
        try {
            const Card card(parse_image(text.substr(0, length)));
        } catch (const ImageError&) {
        }
    }
}

TEST(ImageText, KeysMustBeRsaKeys) {
    Image image = default_image();
    image.find(Role::kSignKey)->body.resize(100);
    EXPECT_THROW(Card{image}, ImageError);
    image.find(Role::kSignKey)->body = hex("3000");
    EXPECT_THROW(Card{image}, ImageError);
}

TEST(ImageText, ManyApplicationsAndFilesAreBounded) {
    std::string many = "jpki-vcard-image = 1\n";
    for (char c = 'a'; c <= 'z'; ++c)
        many += std::string(1, c) + ".aid = D392F00026\n";
    EXPECT_NE(complaint(many).find("too many applications"), std::string::npos);
    many = "jpki-vcard-image = 1\na.aid = D392F00026\n";
    for (int i = 100; i < 200; ++i)
        many += "a.0" + std::to_string(i) + ".size = 1\n";
    EXPECT_NE(complaint(many).find("too many files"), std::string::npos);
}

TEST(Card, WithoutAnythingInItAnswersStill) {
    TestCard card{Image{}};
    EXPECT_EQ(card.sw(kSelectJpki), "6A82");
    EXPECT_EQ(card.sw("00B0810000"), "6A82");
    EXPECT_EQ(card.sw(kVerifyAuth), "6A82");
    EXPECT_EQ(card.oracle().auth_pin.tries_max, 0U);
}

}  // namespace
}  // namespace jpki::vcard::test
