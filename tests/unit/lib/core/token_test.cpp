// A token whose card is not what it was: exchanged between two looks of the monitor, or logged out under our
// hands.
#include "core/token.hpp"

#include "doubles.hpp"
#include "test_pki.hpp"

namespace jpki::p11::testing {
namespace {

constexpr std::string_view kPin = "1234";

// Whose card is in the reader, and what it answers to signatures, first to last; then 256 bytes.
struct Person {
    Bytes identity = to_bytes("Hanako");
    std::deque<Status> signatures;
    Bytes certificate = make_certificate(common_key());
};

// Remembers nothing of the identity itself, as one that was made anew after a failure.
struct PersonalCard final : FakeCard {
    PersonalCard(std::shared_ptr<World> w, Person& p) : FakeCard(std::move(w)), person(p) {}
    Status open() override {
        verified = false;
        return {};
    }
    Disposition close(TimePoint /*deadline*/) override { return Disposition::leave; }
    Result<ByteView> identify() override { return ByteView(person.identity); }
    [[nodiscard]] bool identity_is_unique() const noexcept override { return true; }
    Result<PinCounter> read_counter(KeyPurpose /*purpose*/) override { return PinCounter{std::uint8_t{3}}; }
    Status verify(KeyPurpose /*purpose*/, const PinSource& /*pin*/) override {
        world.note("VERIFY");
        verified = true;
        return {};
    }
    [[nodiscard]] bool is_verified(KeyPurpose /*purpose*/) const noexcept override { return verified; }
    Status change_pin(KeyPurpose /*purpose*/, const SecretBytes& /*pin*/) override {
        world.note("CHANGE");
        return {};
    }
    Result<ByteView> read_certificate(KeyPurpose /*s*/, CertRole /*r*/, std::size_t /*n*/) override {
        world.note("READ");
        return ByteView(person.certificate);
    }
    [[nodiscard]] std::size_t certificate_size(KeyPurpose /*s*/, CertRole /*r*/) const noexcept override {
        return person.certificate.size();
    }
    Result<PssAnswer> probe_pss() override {
        world.note("PROBE");
        return PssAnswer::known;
    }
    Result<Bytes> sign(KeyPurpose /*purpose*/, SignScheme /*scheme*/, ByteView data) override {
        world.note("SIGN");
        JPKI_TRY(next(person.signatures));
        return raw_sign(common_key(), pkcs1_block(to_bytes(data), 256));
    }
    Person& person;
    bool verified = false;
};

struct PersonalCards final : CardFactory {
    PersonalCards(std::shared_ptr<World> w, Person& p) : world(std::move(w)), person(p) {}
    std::unique_ptr<Card> make(Random& /*random*/, Log& /*log*/, Logout /*logout*/) override {
        return std::make_unique<PersonalCard>(world, person);
    }
    [[nodiscard]] const CardFamily& assumed_family() const noexcept override { return kFamily; }
    std::shared_ptr<World> world;
    Person& person;
};

// An identified token with a session on it.
struct Stage {
    Stage() {
        auto environment = make_environment(world, std::make_unique<FakeClock>());
        environment->cards = std::make_unique<PersonalCards>(world, person);
        reader = std::make_shared<Reader>(environment, "R");
        const ReaderState seen = testing::reader("R", 1, true);
        reader->presence().update(&seen);
        token = std::make_unique<Token>(reader, facts, KeyPurpose::authentication, [] {});
        EXPECT_TRUE(token->identify());
        session = token->refresh().card_generation;
        EXPECT_TRUE(token->session_opened(session, true));
    }
    [[nodiscard]] Status log_in() const { return token->log_in(session, to_bytes(kPin), LastTry::refuse); }
    [[nodiscard]] Result<Bytes> sign() const {
        return token->sign(session, SignScheme::pkcs1_v15, to_bytes("a text"), {});
    }
    [[nodiscard]] CK_OBJECT_HANDLE certificate() const {
        for (const auto& object : token->visible())
            if (object->is_certificate()) return object->handle;
        return 0;
    }
    // What the card was asked for since the last call of this; opening and identifying it does not count.
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> capital;
        std::ranges::copy_if(
            std::exchange(world->journal, {}), std::back_inserter(capital),
            [](const std::string& entry) { return entry.front() >= 'A' && entry.front() <= 'Z'; });
        return capital;
    }

    Person person;
    std::shared_ptr<World> world = std::make_shared<World>();
    std::shared_ptr<Reader> reader;
    std::shared_ptr<CardFacts> facts = std::make_shared<CardFacts>();
    std::unique_ptr<Token> token;
    CardGeneration session = 0;
};

using Asked = std::vector<std::string>;

TEST(Token, AsksAnExchangedCardForNothingAndSendsItNoPin) {
    struct Act {
        const char* name;
        std::function<Status(Stage&)> act;
        bool needs_login = false;
    };
    const auto forget = [](const auto&) {};
    const std::vector<Act> acts{
        {"login", [](Stage& stage) { return stage.log_in(); }},
        {"PIN change",
         [](Stage& stage) {
             return stage.token->set_pin(stage.session, to_bytes(kPin), to_bytes("5678"), LastTry::refuse);
         }},
        {"signature", [&](Stage& stage) { return stage.sign().map(forget); }, true},
        {"certificate",
         [&](Stage& stage) { return stage.token->load(stage.session, stage.certificate()).map(forget); }},
        {"PSS", [&](Stage& stage) { return stage.token->pss().map(forget); }}};
    for (const Act& act : acts) {
        SCOPED_TRACE(act.name);
        Stage stage;
        ASSERT_TRUE(act.needs_login ? stage.log_in() : Status{});
        (void)stage.asked();
        stage.person.identity = to_bytes("Taro");
        EXPECT_TRUE(failed_with(act.act(stage), Errc::card_removed));
        EXPECT_EQ(stage.asked(), Asked{});
        EXPECT_NE(stage.token->refresh().card_generation, stage.session)
            << "its sessions live on with the other card";
        EXPECT_FALSE(stage.token->refresh().logged_in);
    }
}

TEST(Token, TakesALoginThatTheCardLostForALogoutAndAsksTheUser) {
    Stage stage;
    ASSERT_TRUE(stage.log_in());
    ASSERT_TRUE(stage.sign());
    (void)stage.asked();
    stage.person.signatures = {fail(Errc::security_status, "6982", 0x6982)};
    EXPECT_TRUE(failed_with(stage.sign(), Errc::user_not_logged_in));
    EXPECT_EQ(stage.asked(), (Asked{"VERIFY", "SIGN"})) << "one silent login, and none after it failed";
    EXPECT_FALSE(stage.token->refresh().logged_in);
    EXPECT_TRUE(failed_with(stage.sign(), Errc::user_not_logged_in));
    EXPECT_EQ(stage.asked(), Asked{}) << "the PIN was kept";
    EXPECT_TRUE(stage.log_in());
    EXPECT_TRUE(stage.sign());
}

TEST(Token, LearnsFromTheOtherTokenOfItsCardWithoutAskingTheCard) {
    Stage stage;
    ASSERT_TRUE(stage.token->pss());
    stage.world->journal.clear();
    Token other(stage.reader, stage.facts, KeyPurpose::signature, [] {});
    EXPECT_TRUE(other.identify());
    const auto pss = other.pss();
    ASSERT_TRUE(pss);
    EXPECT_TRUE(pss->listed);
    EXPECT_FALSE(other.visible().empty());
    EXPECT_EQ(stage.world->told(), "");
    EXPECT_EQ(other.read_info()->serial, stage.token->read_info()->serial);
}

TEST(Token, LearnsNothingFromTheOtherTokenOfACardThatHasLeft) {
    Stage stage;
    Token other(stage.reader, stage.facts, KeyPurpose::signature, [] {});
    ASSERT_TRUE(other.identify());
    const auto serial = other.read_info()->serial;
    const ReaderState next = testing::reader("R", 2, true);
    stage.reader->presence().update(&next);
    stage.person.identity = to_bytes("Taro");
    EXPECT_TRUE(other.visible().empty());
    ASSERT_TRUE(stage.token->identify());
    EXPECT_NE(stage.token->read_info()->serial, serial);
    EXPECT_EQ(other.read_info()->serial, stage.token->read_info()->serial);
}

}  // namespace
}  // namespace jpki::p11::testing
