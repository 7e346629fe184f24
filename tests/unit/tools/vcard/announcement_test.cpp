// What jpki-vcard says to whoever has started it: on a terminal, into a file, in both languages, and when the
// reader has a card already.
#include <fcntl.h>
#include <pty.h>

#include <regex>

#include "program.hpp"

namespace jpki::vcard::test {
namespace {

struct Row {
    const char* id;
    std::string english;
    std::string japanese;
};
const Row kRows[] = {
#define JPKI_TEXT(id, english, japanese) {#id, english, japanese},
#include "vcard/texts.def"
#undef JPKI_TEXT
};

TEST(VcardTexts, HaveTheSameBlanksInBothLanguagesAndEnglishNeedsNoUtf8) {
    static const std::regex kBlank("\\{[^}]*\\}");
    const auto blanks = [](const std::string& text) {
        return std::distance(std::sregex_iterator(text.begin(), text.end(), kBlank), std::sregex_iterator());
    };
    for (const Row& row : kRows) {
        EXPECT_EQ(blanks(row.english), blanks(row.japanese)) << row.id;
        EXPECT_FALSE(row.japanese.empty()) << row.id;
        for (const char c : row.english)
            EXPECT_TRUE(c >= ' ' && c <= '~') << row.id;
    }
}

// A card whose output is a terminal that somebody reads.
class OnTerminal {
  public:
    OnTerminal(std::vector<std::string> arguments, const char* language) {
        char name[64] = {};
        int seen = -1;
        int typed = -1;
        EXPECT_EQ(::openpty(&seen, &typed, name, nullptr, nullptr), 0);
        seen_ = Descriptor(seen);
        const Descriptor kept(typed);
        ::setenv("LC_ALL", language, 1);
        child_ = start(std::move(arguments), name);
        ::unsetenv("LC_ALL");
    }
    ~OnTerminal() {
        ::kill(child_, SIGTERM);
        EXPECT_EQ(wait_for(child_), 0);
    }
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;

    // All that is to be read until `last` comes, or nothing for five seconds.
    const std::string& until(const std::string& last) {
        pollfd waiting{.fd = seen_.number(), .events = POLLIN, .revents = 0};
        std::array<char, 512> chunk{};
        while (text_.find(last) == std::string::npos && ::poll(&waiting, 1, 5000) == 1) {
            const ssize_t count = ::read(seen_.number(), chunk.data(), chunk.size());
            if (count <= 0) break;
            text_.append(chunk.data(), static_cast<std::size_t>(count));
        }
        return text_;
    }

  private:
    Descriptor seen_;
    pid_t child_ = -1;
    std::string text_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Announcement, OnATerminalNamesPinsAndTheNextStep) {
    FakeReader reader;
    OnTerminal card({"--port", std::to_string(reader.port()), "--image", DEFAULT_IMAGE}, "C.UTF-8");
    ASSERT_TRUE(reader.accept());
    reader.write("000104");
    const std::string& text = card.until("Ctrl-C ends it.");
    for (const char* part :
         {"virtual reader at 127.0.0.1:", "PIN: 1234", "password: ABC123", "another terminal: jpki status"})
        EXPECT_TRUE(has(text, part)) << part << " is not in\n" << text;
    EXPECT_FALSE(has(text, "--image")) << text;
}

// Of a family with one key, which is made faster.
TEST(Announcement, InJapaneseTooAndOfANewCardThatItIsNew) {
    FakeReader reader;
    OnTerminal card({"--port", std::to_string(reader.port()), "--family", "juki", "--issuer", JUKI_IMAGE},
                    "ja_JP.UTF-8");
    ASSERT_TRUE(reader.accept(40000));
    reader.write("000104");
    const std::string& text = card.until("Ctrl-C を押します");
    for (const char* part : {"仮想リーダーに入りました", "  署名用パスワード: ABC123", "--image ファイル",
                             "端末で: jpki status"})
        EXPECT_TRUE(has(text, part)) << part << " is not in\n" << text;
    EXPECT_FALSE(has(text, "1234")) << text;
}

TEST(Announcement, NamesNoPinButTheUsualOne) {
    Program program;
    const std::string image = program.folder.file("card.img");
    const std::string pin = program.folder.file("pin");
    std::ofstream(pin) << "XYZ789\n";
    ASSERT_EQ(program.run(
                  {"--make-image", "--image", image, "--issuer", DEFAULT_IMAGE, "--new-sign-pin-file", pin}),
              0);
    FakeReader reader;
    OnTerminal card({"--port", std::to_string(reader.port()), "--image", image}, "C");
    ASSERT_TRUE(reader.accept());
    reader.write("000104");
    const std::string& text = card.until("Ctrl-C ends it.");
    EXPECT_TRUE(has(text, "Its PINs are those that it was given.")) << text;
    for (const char* part : {"XYZ789", "1234", "--image"})
        EXPECT_FALSE(has(text, part)) << text;
}

TEST(Announcement, IntoAFileSaysWhereItWaitsAndNoPin) {
    Program program;
    const std::string image = program.folder.file("card.img");
    std::filesystem::copy_file(DEFAULT_IMAGE, image);
    const std::uint16_t port = FakeReader().port();
    const pid_t child = start({"--image", image, "--port", std::to_string(port)}, program.output);
    const std::string place = "127.0.0.1:" + std::to_string(port);
    for (int i = 0; i < 100 && !has(program.said(), "pcscd)"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(program.said().starts_with("Waiting for a virtual reader at " + place)) << program.said();
    FakeReader reader(port);
    ASSERT_TRUE(reader.accept());
    reader.write("000104");
    EXPECT_EQ(reader.read(), "3B888001000005E0B381A1007F");
    ::kill(child, SIGTERM);
    EXPECT_EQ(wait_for(child), 0);
    EXPECT_TRUE(has(program.said(), "The card is in the virtual reader at " + place)) << program.said();
    for (const char* pin : {": 1234", "ABC123"})
        EXPECT_FALSE(has(program.said(), pin)) << program.said();
}

TEST(Announcement, ASecondCardInOneReaderEndsAndNamesTheOtherReader) {
    RunningCard card;
    // The reader has taken it, as it takes no other.
    card.reader.write("000104");
    EXPECT_EQ(card.reader.read(), "3B888001000005E0B381A1007F");
    for (const char* image : {DEFAULT_IMAGE, OTHER_IMAGE}) {
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_EQ(card.run({"--image", image, "--port", std::to_string(card.reader.port())}), 1);
        EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2))
            << "a slow pcscd is waited for";
        EXPECT_TRUE(
            card.said().starts_with("jpki-vcard: Another card is in the virtual reader at 127.0.0.1:"))
            << card.said();
        EXPECT_TRUE(has(card.said(), "jpki-vcard --port 35963")) << card.said();
    }
}

// It may be slow, or stopped.
TEST(Announcement, AReaderThatDoesNotAskIsWaitedFor) {
    Program program;
    FakeReader reader;
    const pid_t child =
        start({"--image", DEFAULT_IMAGE, "--port", std::to_string(reader.port())}, program.output);
    EXPECT_TRUE(reader.accept());
    for (int i = 0; i < 200 && !has(program.said(), "Waiting for"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(has(program.said(), "Waiting for")) << program.said();
    reader.write("000104");
    EXPECT_EQ(reader.read(), "3B888001000005E0B381A1007F");
    ::kill(child, SIGTERM);
    EXPECT_EQ(wait_for(child), 0);
}

TEST(Announcement, EveryErrorBeginsWithTheProgramsName) {
    RunningCard card;
    const std::string absent = card.folder.file("absent");
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--wings"},
                                               {"--port", "0"},
                                               {"--port"},
                                               {"ctl"},
                                               {"--family", "cat"},
                                               {"--person", "x"},
                                               {"--host", "192.0.2.1"},
                                               {"--make-image"},
                                               {"--image", "/"},
                                               {"--faults", absent},
                                               {"ctl", absent, "status"},
                                               {"ctl", card.control, "fly"}}) {
        EXPECT_NE(card.run(arguments), 0) << arguments.front();
        EXPECT_TRUE(card.said().starts_with("jpki-vcard: ")) << card.said();
    }
}

TEST(Announcement, HelpBeginsWithWhatABeginnerTypes) {
    Program program;
    EXPECT_EQ(program.run({"--help"}), 0);
    const std::string help = program.said();
    for (const char* line :
         {"  jpki-vcard  ", "  jpki status ", "  jpki-vcard --image FILE ", "  jpki-vcard --port 35964 "}) {
        EXPECT_LT(help.find(line), help.find("Usage:")) << line << "\n" << help.substr(0, 1000);
    }
}

}  // namespace
}  // namespace jpki::vcard::test
