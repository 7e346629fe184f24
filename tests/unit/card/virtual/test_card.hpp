// A card from the image that the build made, spoken to in hexadecimal. Shared by the tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "virtual/card.hpp"
#include "virtual/image/image_file.hpp"

namespace jpki::vcard::test {

inline Bytes hex(std::string_view text) {
    Bytes out;
    std::string digits;
    for (const char c : text) {
        if (c != ' ') digits += c;
    }
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return out;
}

inline const Image& default_image() {
    static const Image image = load_image(DEFAULT_IMAGE);
    return image;
}
inline const Image& other_image() {
    static const Image image = load_image(OTHER_IMAGE);
    return image;
}
inline const Image& plain_image() {
    static const Image image = load_image(PLAIN_IMAGE);
    return image;
}

inline const Image& juki_image() {
    static const Image image = load_image(JUKI_IMAGE);
    return image;
}
inline const Image& android_image() {
    static const Image image = load_image(ANDROID_IMAGE);
    return image;
}
inline const Image& iphone_image() {
    static const Image image = load_image(IPHONE_IMAGE);
    return image;
}

constexpr std::string_view kSelectJpki = "00A4040C0AD392F000260100000001";
constexpr std::string_view kSelectText = "00A4040C0AD3921000310001010408";
constexpr std::string_view kSelectManager = "00A4040C07A0000001510000";
constexpr std::string_view kVerifyAuth = "0020009804 31323334";
constexpr std::string_view kVerifySign = "0020009B06 414243313233";
constexpr std::string_view kWrongAuth = "0020009804 39393939";
constexpr std::string_view kWrongSign = "0020009B06 5A5A5A5A5A5A";
constexpr std::string_view kQueryAuth = "00200098";
constexpr std::string_view kQuerySign = "0020009B";
constexpr std::string_view kSignAuth = "802A009703 616263 00";
constexpr std::string_view kSignSign = "802A009A03 616263 00";

class TestCard : public Card {
  public:
    TestCard() : TestCard(default_image()) {}
    explicit TestCard(const Image& from) : Card(from) { power_on(); }

    Bytes send(std::string_view text) { return transmit(hex(text)); }
    // The status word, in hexadecimal, so that a failure reads well.
    std::string sw(std::string_view text) {
        const Bytes answer = send(text);
        return answer.size() < 2 ? "mute" : to_hex(ByteView(answer).last(2));
    }
    Bytes data(std::string_view text) {
        Bytes answer = send(text);
        answer.resize(answer.size() < 2 ? 0 : answer.size() - 2);
        return answer;
    }
    std::string text(std::string_view command) { return to_hex(data(command)); }

    // A whole EF by its short identifier, as hosts read it.
    Bytes read_file(unsigned short_id) {
        Bytes whole = data("00B0" + to_hex(Bytes{static_cast<std::uint8_t>(0x80U | short_id)}) + "0000");
        while (!whole.empty() && whole.size() < 0x8000) {
            const Bytes offset{static_cast<std::uint8_t>(whole.size() >> 8U),
                               static_cast<std::uint8_t>(whole.size() & 0xFFU)};
            const Bytes part = data("00B0" + to_hex(offset) + "00");
            if (part.empty()) break;
            append(whole, part);
        }
        return whole;
    }
};

// In the JPKI application.
class JpkiCard : public TestCard {
  public:
    JpkiCard() : JpkiCard(default_image()) {}
    explicit JpkiCard(const Image& from) : TestCard(from) { EXPECT_EQ(sw(kSelectJpki), "9000"); }
};

// Removed with everything in it at the end of the test.
class Folder {
  public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "jpki-vcard-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string file(std::string_view name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace jpki::vcard::test
