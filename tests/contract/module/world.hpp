// The world of a contract test: the library's own C_ functions, the virtual card behind the ReaderSystem
// port, and short words for what clients do. Every test begins uninitialised with the default card in the
// first reader.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "jpki/cryptoki.h"
#include "reader/timing.hpp"
#include "virtual/card.hpp"
#include "virtual/image/image.hpp"
#include "virtual_readers.hpp"
#include "waist/bytes.hpp"

namespace jpki::testing {

inline constexpr std::string_view kAuthPin = "1234";
inline constexpr std::string_view kSignPin = "ABC123";
inline constexpr CK_SLOT_ID kAuth = 0;
inline constexpr CK_SLOT_ID kSign = 1;

std::shared_ptr<vcard::Card> default_card();
std::shared_ptr<vcard::Card> other_persons_card();
std::shared_ptr<vcard::Card> juki_card();
std::shared_ptr<vcard::Card> android_card();
std::shared_ptr<vcard::Card> iphone_card();

class World : public ::testing::Test {
  protected:
    World();
    ~World() override;

    // Before initialize().
    p11::Config config;
    p11::Timing timing;
    p11::View view = p11::View::both;
    bool threads = true;
    bool ca_certificates = true;
    CK_C_INITIALIZE_ARGS* init_args = nullptr;

    VirtualReaders readers;
    std::shared_ptr<vcard::Card> card;

    void initialize();
    void start();  // the same, and nobody has asked for slots yet
    // Puts another card (or the same one anew) into the first reader and waits until the module has seen it.
    void insert(std::shared_ptr<vcard::Card> what);
    void remove();
    // Waits until the module's monitor has looked twice.
    static void wait_for_monitor();

    // --- PKCS#11 in short; each expects CKR_OK.
    static std::vector<CK_SLOT_ID> slots(bool present = true);
    static CK_SESSION_HANDLE open(CK_SLOT_ID slot, bool rw = false);
    static CK_RV login(CK_SESSION_HANDLE session, std::string_view pin);
    static std::vector<CK_OBJECT_HANDLE> find(CK_SESSION_HANDLE session,
                                              std::vector<CK_ATTRIBUTE> criteria = {});
    static CK_OBJECT_HANDLE find_class(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted);
    static Bytes get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key);
    static CK_RV sign(CK_SESSION_HANDLE session, ByteView data, Bytes& signature);
    // SHA256-RSA-PKCS with the session's private key.
    static CK_RV sign_document(CK_SESSION_HANDLE session, Bytes* signature = nullptr);
    static CK_TOKEN_INFO token_info(CK_SLOT_ID slot);
    static CK_STATE state(CK_SESSION_HANDLE session);

    // The card, under the readers' lock: the module's thread may be using it.
    vcard::Oracle oracle();
    bool set(std::string_view name, std::string_view value);
    bool set(std::string_view setting);  // "name=value", or a set of them
    bool set_tries_left(vcard::Role pin, unsigned tries);

    // Commands the card has seen since the last call of this.
    std::size_t commands();

    // A second client asks for a signature with each key, in every form; true when it got one.
    bool second_client_can_sign();

  private:
    std::size_t counted_ = 0;
};

// The world of the test that runs, for compose().
World* current_world();

}  // namespace jpki::testing
