// A program's steps, with everything that is promised of each call looked at while it happens: codes that its
// clause names, the time it took, buffers, and signatures that verify.
#pragma once

#include <functional>

#include "ledger.hpp"
#include "stage.hpp"

namespace jpki::campaign {

class User {
  public:
    User(Stage& stage, Ledger& ledger) : stage_(stage), ledger_(ledger) {}

    bool initialize();
    void finalize();
    // Until both slots of the first reader have a token; false after two seconds.
    bool wait_for_token();
    // Until there is none.
    bool wait_for_no_token();

    bool list();
    bool token_info(CK_SLOT_ID slot);
    bool token_status(CK_SLOT_ID slot);
    bool mechanisms(CK_SLOT_ID slot);
    // 0 when it failed.
    CK_SESSION_HANDLE open(KeyPurpose purpose, bool rw = false);
    bool close(CK_SESSION_HANDLE session);
    bool close_all(CK_SLOT_ID slot);
    bool login(CK_SESSION_HANDLE session, KeyPurpose purpose, std::string_view pin);
    bool logout(CK_SESSION_HANDLE session);
    bool set_pin(CK_SESSION_HANDLE session, KeyPurpose purpose, std::string_view old_pin,
                 std::string_view new_pin);
    // Every attribute of every object of a class; false when something failed.
    bool read_all(CK_SESSION_HANDLE session, KeyPurpose purpose, CK_OBJECT_CLASS wanted);
    // In one shot with the session's private key; verified with the key of the card that is in.
    bool sign(CK_SESSION_HANDLE session, KeyPurpose purpose, CK_MECHANISM_TYPE type = CKM_SHA256_RSA_PKCS);
    bool wait_for_event();

    // Without its own judgement: for checks that old handles are dead.
    CK_RV session_info(CK_SESSION_HANDLE session);

    Stage& stage() noexcept { return stage_; }
    Ledger& ledger() noexcept { return ledger_; }

  private:
    bool wait_for(bool token);
    // Runs one call and judges its code and its time.
    bool call(const char* function, const std::function<CK_RV()>& body);
    std::vector<CK_OBJECT_HANDLE> find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted);

    Stage& stage_;
    Ledger& ledger_;
    CK_RV last_ = CKR_OK;
};

// Whether `signature` is one over `data` with the key of this person's card.
bool truly_signed(Person person, KeyPurpose purpose, CK_MECHANISM_TYPE type, ByteView data,
                  ByteView signature);

}  // namespace jpki::campaign
