// How long an object's handle is good: as long as its card is the same and nobody logged out (PKCS#11 3.2
// §5.6.9). Server programs take their key's handle once and live by it.
#include <thread>

#include "world.hpp"

namespace jpki::testing {

class Handles : public World {
  protected:
    struct TokenUse {
        CK_SLOT_ID slot;
        std::string_view pin;
    };
    static constexpr std::array<TokenUse, 2> kKeyPurposes{{{kAuth, kAuthPin}, {kSign, kSignPin}}};

    void begin() {
        config.auth_idle = config.sign_idle = kIdle;
        initialize();
    }
    // Longer than a login lasts unused, without a call.
    static void think() { std::this_thread::sleep_for(2 * kIdle); }
    // The card out and in again, and a session on it.
    CK_SESSION_HANDLE again(CK_SLOT_ID slot, std::shared_ptr<vcard::Card> what) {
        remove();
        insert(std::move(what));
        return open(slot);
    }
    static CK_RV use(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
        Bytes signature;
        const CK_RV begun = sign_init(session, CKM_SHA256_RSA_PKCS, key);
        return begun != CKR_OK ? begun : sign(session, Bytes{1}, signature);
    }
    static CK_RV ask(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
        CK_ATTRIBUTE label{CKA_LABEL, nullptr, 0};
        return C_GetAttributeValue(session, object, &label, 1);
    }

    static constexpr std::chrono::milliseconds kIdle{600};
};

TEST_F(Handles, AnIdleLogoutLeavesThemGoodForTheNextLogin) {
    begin();
    for (const TokenUse& token_use : kKeyPurposes) {
        const CK_SESSION_HANDLE session = open(token_use.slot);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        const auto objects = find(session);
        const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
        ASSERT_EQ(use(session, key), CKR_OK);
        think();
        EXPECT_EQ(use(session, key), CKR_USER_NOT_LOGGED_IN);
        EXPECT_EQ(ask(session, key), CKR_OBJECT_HANDLE_INVALID);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        EXPECT_EQ(find(session), objects);
        EXPECT_EQ(use(session, key), CKR_OK);
        ASSERT_EQ(C_Logout(session), CKR_OK);
    }
}

TEST_F(Handles, AnOperationThatOutlivedItsLoginSaysWhatItLacks) {
    begin();
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)), CKR_OK);
    think();
    Bytes signature;
    EXPECT_EQ(sign(session, Bytes{1}, signature), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(sign(session, Bytes{1}, signature), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(oracle().sign_key.signatures, 0U);
}

TEST_F(Handles, TheSameCardBringsThemBack) {
    begin();
    for (const TokenUse& token_use : kKeyPurposes) {
        CK_SESSION_HANDLE session = open(token_use.slot);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        const auto objects = find(session);
        const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
        for (int i = 0; i < 2; ++i) {
            session = again(token_use.slot, card);
            EXPECT_EQ(use(session, key), CKR_USER_NOT_LOGGED_IN);
            ASSERT_EQ(login(session, token_use.pin), CKR_OK);
            EXPECT_EQ(find(session), objects);
            EXPECT_EQ(use(session, key), CKR_OK);
        }
    }
}

TEST_F(Handles, AnotherPersonsCardEndsThemForGood) {
    begin();
    const auto mine = card;
    for (const TokenUse& token_use : kKeyPurposes) {
        CK_SESSION_HANDLE session = open(token_use.slot);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        const auto objects = find(session);
        const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
        session = again(token_use.slot, other_persons_card());
        EXPECT_EQ(use(session, key), CKR_KEY_HANDLE_INVALID);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        EXPECT_EQ(use(session, key), CKR_KEY_HANDLE_INVALID);
        for (const CK_OBJECT_HANDLE object : objects)
            EXPECT_EQ(ask(session, object), CKR_OBJECT_HANDLE_INVALID);
        session = again(token_use.slot, mine);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        EXPECT_EQ(use(session, key), CKR_KEY_HANDLE_INVALID);
    }
}

TEST_F(Handles, ACardThatCannotBeToldFromOthersBringsNoneBack) {
    card = juki_card();
    begin();
    insert(card);
    CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    session = again(kSign, card);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    EXPECT_EQ(use(session, key), CKR_KEY_HANDLE_INVALID);
}

TEST_F(Handles, TheLastSessionTakesThePrivateOnesAlong) {
    begin();
    for (const bool idle : {false, true}) {
        const CK_SESSION_HANDLE session = open(kAuth);
        ASSERT_EQ(login(session, kAuthPin), CKR_OK);
        const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
        const CK_OBJECT_HANDLE certificate = find_class(session, CKO_CERTIFICATE);
        if (idle) think();
        ASSERT_EQ(C_CloseSession(session), CKR_OK);
        const CK_SESSION_HANDLE next = open(kAuth);
        ASSERT_EQ(login(next, kAuthPin), CKR_OK);
        EXPECT_EQ(use(next, key), CKR_KEY_HANDLE_INVALID) << idle;
        EXPECT_EQ(ask(next, certificate), CKR_OK);
        ASSERT_EQ(C_CloseSession(next), CKR_OK);
    }
}

TEST_F(Handles, ALogoutAfterTheCardWasOutTakesThemAlong) {
    begin();
    CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    session = again(kAuth, card);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(use(session, key), CKR_KEY_HANDLE_INVALID);
}

}  // namespace jpki::testing
