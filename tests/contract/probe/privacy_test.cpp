// Nothing of a holder, of a key or of one card reaches what leaves the program: every file of the virtual
// card is held against it, byte by byte.
#include <fmt/format.h>

#include <set>

#include "virtual/image/person.hpp"
#include "world.hpp"

namespace jpki::probe::testing {
namespace {

// Long enough not to occur by chance (keys are random), short enough for a part of a name or number.
constexpr std::size_t kWindow = 5;

std::string base64(ByteView data) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i + 2 < data.size(); i += 3) {
        const unsigned bits = static_cast<unsigned>(data[i] << 16U | data[i + 1] << 8U | data[i + 2]);
        for (const unsigned shift : {18U, 12U, 6U, 0U})
            out += kDigits[bits >> shift & 0x3FU];
    }
    return out;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// All pieces of `width` characters in `text`.
std::set<std::string> pieces_of(const std::string& text, std::size_t width) {
    std::set<std::string> pieces;
    for (std::size_t i = 0; i + width <= text.size(); ++i)
        pieces.insert(text.substr(i, width));
    return pieces;
}

// What a page could show of bytes, in whatever form.
class Page {
  public:
    explicit Page(const std::string& words) {
        std::string digits;
        for (const char c : lower(words)) {
            if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
            if (c != ' ' && c != ':' && std::isxdigit(static_cast<unsigned char>(c)) == 0 &&
                !digits.ends_with('|'))
                digits += '|';
        }
        hex_ = pieces_of(digits, 2 * kWindow);
        text_ = pieces_of(words, kWindow);
        base64_ = pieces_of(words, kBase64);
    }

    [[nodiscard]] bool shows(ByteView window) const {
        return hex_.contains(lower(to_hex(window))) ||
               text_.contains(std::string(window.begin(), window.end()));
    }
    [[nodiscard]] bool shows_base64(const std::string& piece) const { return base64_.contains(piece); }

    static constexpr std::size_t kBase64 = 8;

  private:
    std::set<std::string> hex_;
    std::set<std::string> text_;
    std::set<std::string> base64_;
};

// The program's own sentences and names; what is published and the same on all cards; and the years of
// validity, which are told.
const Page& own_words() {
    static const Page kOwn([] {
        std::string words =
            "JPKIAPICCTOKEN2 JPKIAPGPSETOKEN JPKIAPIOSTOKEN E16R01NJ 2024 2033 2015 2018 Virtual PCD 00 00 "
            "values longest shortest 16 digits purposes policy access issuer_key subject extensions "
            "KU! EKU CP! IAN CRLDP AIA AKI SKI SAN BC SDA clientAuth OCSP ocspauthnorm.jpki.go.jp "
            "C O CN (UTF8String, another length) 1.2.392.200149.8.5.1.3.30    2048 bytes 3B E0 00 FF 81 31 "
            "FE 45 14";
        for (const Command& row : commands())
            words += spaced_hex(row.apdu.bytes()) + "\n";
#define JPKI_COMMAND(id, phase, fact, mask, when, bytes, english, japanese) words += english japanese "\n";
#define JPKI_FACT(id, english, japanese) words += #id " " english japanese "\n";
#define JPKI_ANSWER(fact, state, id, english, japanese) words += #id " " english japanese "\n";
#define JPKI_NOT_ASKED(id, what, what_japanese, why, why_japanese) \
    words += #id " " what what_japanese why why_japanese "\n";
#define JPKI_TEXT(id, english, japanese) words += english japanese "\n";
#include "probe/commands.def"
#include "probe/facts.def"
#include "probe/not_asked.def"
#include "probe/texts.def"
#define JPKI_STEP(id, kind, commands, english, japanese) words += #id " " commands english japanese "\n";
#include "probe/guide.def"
#undef JPKI_STEP
#undef JPKI_COMMAND
#undef JPKI_FACT
#undef JPKI_ANSWER
#undef JPKI_NOT_ASKED
#undef JPKI_TEXT
        return words;
    }());
    return kOwn;
}

// Runs of one byte, as filler and zeros have.
bool is_monotonous(ByteView window) {
    return std::set<std::uint8_t>(window.begin(), window.end()).size() < 3;
}

// The windows of the file of which the page shows one.
std::vector<std::string> shown(const Page& page, ByteView file) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i + kWindow <= file.size(); ++i) {
        const ByteView window = file.subspan(i, kWindow);
        if (!is_monotonous(window) && page.shows(window) && !own_words().shows(window))
            found.push_back(to_hex(window));
    }
    for (std::size_t shift = 0; shift < 3; ++shift) {
        for (const std::string& piece : pieces_of(base64(slice(file, shift)), Page::kBase64)) {
            if (std::set<char>(piece.begin(), piece.end()).size() > 3 && page.shows_base64(piece) &&
                !own_words().shows_base64(piece))
                found.push_back(piece);
        }
    }
    return found;
}

std::string without_blanks(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == ':'; });
    return lower(text);
}

struct Kind {
    std::string image;
    std::vector<std::string> settings;
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> kKinds{
        {"default", {}},
        {"other", {}},
        {"juki", {}},
        {"android", {}},
        {"iphone", {}},
        {"default", {"auth-cert=garbage", "sign-cert=garbage"}},
        {"default", {"sfi=no", "filler=none", "short-read=6282"}},
        {"default", {"auth-cert=absent", "token-info=32", "atr=contact-historical"}}};
    return kKinds;
}

TEST(ProbePrivacy, NothingOfTheCardIsInWhatLeavesTheProgram) {
    for (const Kind& kind : kinds()) {
        World world(kind.image, kind.settings);
        ASSERT_EQ(world.probe(), Exit::ok);
        const Page page(world.all_words());
        const vcard::Image& image = world.card->image();
        for (const vcard::Application& application : image.applications) {
            for (const vcard::File& file : application.files) {
                EXPECT_TRUE(shown(page, file.body).empty())
                    << kind.image << ": " << application.name << " " << std::hex << file.id << ": "
                    << ::testing::PrintToString(shown(page, file.body));
            }
        }
        const vcard::Person person = vcard::person(image.person);
        const std::string digits = without_blanks(world.all_words());
        for (const std::string& value :
             {person.id, person.id.substr(0, 14), person.id.substr(14, 5), person.sign_id, person.clock,
              person.prefecture, person.prefecture.substr(0, 6), person.municipality,
              person.municipality.substr(0, 7), person.name, person.birth, person.birth.substr(1),
              person.address, person.token_serial, person.card_number, std::to_string(person.auth_serial),
              std::to_string(person.sign_serial), fmt::format("{:08x}", person.auth_serial),
              fmt::format("{:08x}", person.sign_serial)})
            EXPECT_EQ(digits.find(lower(without_blanks(value))), std::string::npos) << value;
    }
}

// Not even the lengths of names: whoever they are, and wherever they live, two holders of the same product
// have the same report.
TEST(ProbePrivacy, TwoHoldersHaveTheSameReport) {
    for (const std::vector<std::string>& settings : std::vector<std::vector<std::string>>{
             {}, {"filler=none"}, {"filler=none", "short-read=6282"}, {"filler=none", "short-read=6cxx"}}) {
        std::vector<std::string> pages;
        for (const char* image : {"default", "other"}) {
            World world(image, settings);
            ASSERT_EQ(world.probe(), Exit::ok);
            for (Exchange& exchange : world.found.run.record.exchanges) {
                exchange.took = {};
                if (exchange.power) exchange.power = std::chrono::microseconds(0);
            }
            app::speak(app::Language::english);
            pages.push_back(to_markdown(world.report()) + app::json_text(to_json(world.report())));
        }
        EXPECT_EQ(pages[0], pages[1]);
    }
}

// A card that gives everything away: each read is answered with as much of the signature certificate as fits,
// whatever it asks for.
TEST(ProbePrivacy, NotEvenWhenTheCardAnswersEverythingWithPersonalData) {
    for (const std::size_t from : {std::size_t{0}, std::size_t{40}, std::size_t{700}, std::size_t{1200}}) {
        World world;
        const Bytes personal = world.card->image().certificate(vcard::Role::kSignCert);
        world.card->on_fault_after([&](std::size_t, ByteView apdu, ByteView) -> std::optional<Bytes> {
            if (apdu[1] != 0xB0 && apdu[1] != 0xCA) return std::nullopt;
            const std::size_t wanted = apdu.size() == 7 ? apdu[6] : apdu[4] == 0 ? 256 : apdu[4];
            Bytes answer = to_bytes(slice(personal, from, wanted));
            append(answer, Bytes{0x90, 0x00});
            return answer;
        });
        ASSERT_EQ(world.probe(), Exit::ok) << world.user.told;
        EXPECT_TRUE(shown(Page(world.all_words()), personal).empty())
            << ::testing::PrintToString(shown(Page(world.all_words()), personal));
    }
}

// The test's own eyes are open.
TEST(ProbePrivacy, ALeakWouldBeSeen) {
    const Bytes secret{0x07, 0x05, 0xD9, 0x90, 0x31, 0x32, 0xAB, 0xCD, 0xEF};
    EXPECT_TRUE(shown(Page("nothing at all"), secret).empty());
    EXPECT_FALSE(shown(Page("x 0705D99031 y"), secret).empty());
    EXPECT_FALSE(shown(Page("x 05 d9 90 31 32 y"), secret).empty());
    EXPECT_FALSE(shown(Page("x 05:d9:90:31:32 y"), secret).empty());
    EXPECT_FALSE(shown(Page("x " + base64(secret) + " y"), secret).empty());
    EXPECT_FALSE(shown(Page("x iken Taro y"), to_bytes(std::string_view("Shiken Taro"))).empty());
}

}  // namespace
}  // namespace jpki::probe::testing
