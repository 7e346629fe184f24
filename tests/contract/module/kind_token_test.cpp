// Under every kind of card: which slots hold a token, what is said of it, and that a card may leave and come
// back.
#include <openssl/x509.h>

#include <thread>

#include "kinds.hpp"

namespace jpki::testing {

namespace {

template <std::size_t N>
std::string text(const CK_UTF8CHAR (&field)[N]) {
    return {reinterpret_cast<const char*>(field), N};
}

std::string padded(std::string value, std::size_t size) {
    value.resize(size, ' ');
    return value;
}

// Until the certificate's end, rounded towards now.
int days_to_the_end(const Bytes& certificate) {
    const std::uint8_t* at = certificate.data();
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
    int days = 0;
    int seconds = 0;
    EXPECT_EQ(ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(parsed)), 1);
    X509_free(parsed);
    return days;
}

}  // namespace

class KindToken : public EveryKind {
  protected:
    static std::vector<CK_SLOT_ID> its_slots() {
        std::vector<CK_SLOT_ID> ids;
        for (const PurposeFacts& purpose : purposes())
            ids.push_back(purpose.slot);
        return ids;
    }
    static bool holds(CK_SLOT_ID slot) {
        return std::ranges::any_of(purposes(),
                                   [slot](const PurposeFacts& purpose) { return purpose.slot == slot; });
    }
    // Asks every slot what is in it, as programs do when they list tokens.
    static void look_into_both() {
        for (const CK_SLOT_ID slot : {kAuth, kSign}) {
            CK_TOKEN_INFO info{};
            EXPECT_EQ(C_GetTokenInfo(slot, &info), holds(slot) ? CKR_OK : CKR_TOKEN_NOT_RECOGNIZED) << slot;
        }
    }
    static bool comes_true(const std::function<bool()>& what) {
        for (int i = 0; i < 500; ++i) {
            if (what()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }
};

JPKI_UNDER_EVERY_KIND(KindToken);

TEST_P(KindToken, IsPresentInItsSlotsOnly) {
    EXPECT_EQ(slots(false), (std::vector<CK_SLOT_ID>{kAuth, kSign}));
    look_into_both();
    EXPECT_EQ(slots(), its_slots());
    for (const CK_SLOT_ID slot : {kAuth, kSign}) {
        CK_SLOT_INFO info{};
        ASSERT_EQ(C_GetSlotInfo(slot, &info), CKR_OK);
        EXPECT_EQ(info.flags, CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (holds(slot) ? CKF_TOKEN_PRESENT : 0UL));
        if (holds(slot)) continue;
        CK_SESSION_HANDLE session = 0;
        CK_ULONG count = 0;
        EXPECT_EQ(C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session),
                  CKR_TOKEN_NOT_RECOGNIZED);
        EXPECT_EQ(C_GetMechanismList(slot, nullptr, &count), CKR_TOKEN_NOT_RECOGNIZED);
    }
    EXPECT_EQ(verifies(), 0U);
}

TEST_P(KindToken, TellsWhatItIs) {
    std::string serial;
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_TOKEN_INFO info = token_info(purpose.slot);
        EXPECT_EQ(text(info.label), padded(purpose.label, sizeof info.label));
        EXPECT_EQ(text(info.manufacturerID), padded("JPKI", sizeof info.manufacturerID));
        EXPECT_EQ(text(info.model), padded(GetParam().model, sizeof info.model));
        EXPECT_EQ(text(info.serialNumber).find_first_not_of("0123456789abcdefABCDEF"), std::string::npos);
        if (serial.empty()) serial = text(info.serialNumber);
        EXPECT_EQ(text(info.serialNumber), serial);
        EXPECT_EQ(info.flags, CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
                                  (purpose.blocked ? CKF_USER_PIN_LOCKED : 0UL));
        EXPECT_EQ(info.ulMinPinLen, purpose.shortest_pin);
        EXPECT_EQ(info.ulMaxPinLen, purpose.longest_pin);
        EXPECT_EQ(info.ulSessionCount, 0U);
    }
}

TEST_P(KindToken, TellsFamilyTriesAndDaysByTheVendorInterface) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const unsigned queries = pin_oracle(purpose).queries;
        JPKI_TOKEN_STATUS status = vendor_status(purpose.slot);
        EXPECT_EQ(status.ulKeyPurpose,
                  purpose.slot == kAuth ? JPKI_KEY_PURPOSE_AUTHENTICATION : JPKI_KEY_PURPOSE_SIGNATURE);
        EXPECT_EQ(status.ulFamily, GetParam().family);
        EXPECT_EQ(status.ulMaxTries, purpose.tries);
        EXPECT_EQ(status.ulTriesLeft, purpose.blocked ? 0U : purpose.tries);
        EXPECT_EQ(status.ulLastRefusal, JPKI_REFUSAL_NONE);
        EXPECT_GT(pin_oracle(purpose).queries, queries);
        const CK_LONG days = days_to_the_end(certificate(purpose));
        const auto tells_days = [&](bool readable) {
            if (!readable || purpose.certificate_missing) return status.lDaysLeft == JPKI_DAYS_UNKNOWN;
            return status.lDaysLeft <= days && status.lDaysLeft >= days - 1;
        };
        EXPECT_TRUE(tells_days(!purpose.certificate_needs_login)) << status.lDaysLeft;

        const CK_SESSION_HANDLE session = open(purpose.slot);
        EXPECT_EQ(login(session, purpose.impossible_pins.front()), CKR_PIN_INCORRECT);
        EXPECT_EQ(vendor_status(purpose.slot).ulLastRefusal, JPKI_REFUSAL_MALFORMED);
        EXPECT_EQ(login(session, purpose.pin), purpose.blocked ? CKR_PIN_LOCKED : CKR_OK);
        status = vendor_status(purpose.slot);
        EXPECT_EQ(status.ulLastRefusal, purpose.blocked ? JPKI_REFUSAL_LOCKED : JPKI_REFUSAL_NONE);
        EXPECT_TRUE(tells_days(!purpose.certificate_needs_login || !purpose.blocked)) << status.lDaysLeft;
    }
}

TEST_P(KindToken, MayBeRemovedAndComeBack) {
    look_into_both();
    std::vector<CK_SESSION_HANDLE> sessions;
    for (const PurposeFacts& purpose : purposes()) {
        sessions.push_back(open(purpose.slot));
        EXPECT_EQ(login(sessions.back(), purpose.pin), purpose.blocked ? CKR_PIN_LOCKED : CKR_OK);
    }
    const unsigned sent = verifies();
    readers.remove();
    EXPECT_TRUE(comes_true([] { return slots().empty(); }));
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        CK_SESSION_INFO info{};
        EXPECT_EQ(C_GetSessionInfo(sessions[i], &info), CKR_SESSION_HANDLE_INVALID);
        EXPECT_EQ(login(sessions[i], purposes()[i].pin), CKR_DEVICE_REMOVED);
        CK_TOKEN_INFO token{};
        EXPECT_EQ(C_GetTokenInfo(purposes()[i].slot, &token), CKR_TOKEN_NOT_PRESENT);
    }
    readers.insert(card);
    EXPECT_TRUE(comes_true([] { return !slots().empty(); }));
    look_into_both();
    EXPECT_EQ(slots(), its_slots());
    EXPECT_EQ(verifies(), sent);
    EXPECT_FALSE(second_client_can_sign());
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE fresh = open(purpose.slot);
        EXPECT_EQ(state(fresh), CKS_RO_PUBLIC_SESSION);
        if (!purpose.signs()) continue;
        EXPECT_EQ(login(fresh, purpose.pin), CKR_OK);
        EXPECT_EQ(sign_document(fresh), CKR_OK);
    }
}

}  // namespace jpki::testing
