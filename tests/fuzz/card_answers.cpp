// A program lists, reads, logs in, signs and changes its PIN, and the card answers as the input says. Nothing
// is signed that does not verify, no PIN goes out twice for one login, and no answer keeps us busy for long.
#include <array>

#include "answering_reader.hpp"
#include "jpki/cryptoki.h"
#include "pin_listener.hpp"
#include "signature.hpp"
#include "stage.hpp"
#include "virtual/image/image_file.hpp"

namespace {

using namespace jpki;
using fuzz::require;

// Of one call: a certificate in 192 reads (FileCard), each of six commands at most (Channel), and what stands
// around them.
constexpr std::size_t kMostCommands = 192 * 6 + 48;

class Program {
  public:
    Program(fuzz::AnsweringReader& reader, bool confirms) : reader_(&reader), confirms_(confirms) {}

    void run() {
        call(0, C_Initialize(nullptr));
        std::array<CK_SLOT_ID, 4> slots{};
        CK_ULONG count = slots.size();
        call(0, C_GetSlotList(CK_TRUE, slots.data(), &count));
        for (const CK_SLOT_ID slot : {0UL, 1UL}) {
            CK_TOKEN_INFO info{};
            call(0, C_GetTokenInfo(slot, &info));
            count = 0;
            call(0, C_GetMechanismList(slot, nullptr, &count));
            read_all(slot);
        }
        for (const CK_SLOT_ID slot : {0UL, 1UL}) {
            log_in(slot);
            sign(slot, CKM_SHA256_RSA_PKCS);
            read_all(slot);
            sign(slot, CKM_SHA256_RSA_PKCS_PSS);
        }
        change_pin();
        sign(0, CKM_RSA_PKCS);
        call(0, C_Logout(sessions_[0]));
        call(0, C_CloseAllSessions(1));
        call(0, C_Finalize(nullptr));
    }

  private:
    // Judges a call that has just ended, and makes ready for the next.
    bool call(std::size_t verifications, CK_RV rv) {
        require(rv != CKR_GENERAL_ERROR && rv != CKR_FUNCTION_FAILED, "no call fails without saying why", rv);
        require(reader_->verifications <= verifications, "a PIN goes out once", reader_->verifications);
        require(reader_->commands <= kMostCommands, "a call has an end", reader_->commands);
        reader_->begin_call();
        return rv == CKR_OK;
    }

    CK_SESSION_HANDLE session(CK_SLOT_ID slot) {
        CK_SESSION_INFO info{};
        if (!call(0, C_GetSessionInfo(sessions_[slot], &info)))
            call(0, C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                  &sessions_[slot]));
        return sessions_[slot];
    }

    std::vector<CK_OBJECT_HANDLE> find(CK_SLOT_ID slot, CK_ATTRIBUTE* wanted, CK_ULONG criteria) {
        std::vector<CK_OBJECT_HANDLE> found(16);
        CK_ULONG count = 0;
        const CK_SESSION_HANDLE at = session(slot);
        if (call(1, C_FindObjectsInit(at, wanted, criteria)))
            call(0, C_FindObjects(at, found.data(), found.size(), &count));
        call(0, C_FindObjectsFinal(at));
        found.resize(count);
        return found;
    }

    Bytes get(CK_SLOT_ID slot, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
        CK_ATTRIBUTE query{type, nullptr, 0};
        if (!call(1, C_GetAttributeValue(session(slot), object, &query, 1))) return {};
        Bytes value(query.ulValueLen);
        query.pValue = value.data();
        return call(1, C_GetAttributeValue(session(slot), object, &query, 1)) ? value : Bytes{};
    }

    void read_all(CK_SLOT_ID slot) {
        for (const CK_OBJECT_HANDLE object : find(slot, nullptr, 0)) {
            for (const CK_ATTRIBUTE_TYPE type :
                 {CKA_CLASS, CKA_VALUE, CKA_MODULUS, CKA_SUBJECT, CKA_END_DATE})
                (void)get(slot, object, type);
        }
    }

    void log_in(CK_SLOT_ID slot) {
        Bytes pin = to_bytes(slot == 0 ? campaign::kAuthPin : campaign::kSignPin);
        // Where each signature takes its own password, the certificate behind it is read at once. Without
        // threads that is another lease, which sends the password again.
        const std::size_t verifications = confirms_ && slot == 1 ? 2 : 1;
        const CK_SESSION_HANDLE at = session(slot);
        call(verifications, C_Login(at, CKU_USER, pin.data(), pin.size()));
    }

    // Anew for each key and mechanism, as programs do.
    void sign(CK_SLOT_ID slot, CK_MECHANISM_TYPE type) {
        CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
        CK_ATTRIBUTE criterion{CKA_CLASS, &wanted, sizeof wanted};
        const auto keys = find(slot, &criterion, 1);
        CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA256, CKG_MGF1_SHA256, 32};
        CK_MECHANISM mechanism{type, nullptr, 0};
        if (type == CKM_SHA256_RSA_PKCS_PSS) mechanism = {type, &pss, sizeof pss};
        if (keys.empty() || !call(0, C_SignInit(session(slot), &mechanism, keys[0]))) return;
        Bytes data(32, 0x42);
        Bytes signature(1024);
        CK_ULONG length = signature.size();
        if (!call(1, C_Sign(session(slot), data.data(), data.size(), signature.data(), &length))) return;
        // The key that the certificate said, as the program is shown it: no card is needed for that any more.
        const Bytes shown = get(slot, keys[0], CKA_PUBLIC_KEY_INFO);
        const fuzz::Key key = fuzz::key_of_public_key_info(shown);
        require(key != nullptr, "whoever gets a signature can see its key");
        require(fuzz::verifies(key.get(), type, data, slice(signature, 0, length)), "a signature verifies",
                type);
    }

    void change_pin() {
        Bytes before = to_bytes(campaign::kAuthPin);
        Bytes after = to_bytes(campaign::kNewAuthPin);
        call(2, C_SetPIN(session(0), before.data(), before.size(), after.data(), after.size()));
    }

    fuzz::AnsweringReader* reader_;
    bool confirms_;
    CK_SESSION_HANDLE sessions_[2] = {};
};

vcard::Image load() {
    vcard::Image image = vcard::load_image(JPKI_DEFAULT_IMAGE);
    image.find(vcard::Role::kAuthPin)->body = to_bytes(campaign::kAuthPin);
    image.find(vcard::Role::kSignPin)->body = to_bytes(campaign::kSignPin);
    return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const vcard::Image pristine = load();
    fuzz::Input input(ByteView(data, size));
    const std::uint8_t options = input.byte();
    vcard::Image image = pristine;
    if ((options & 1U) != 0) (void)image.personality.set("sfi", "no");
    if ((options & 2U) != 0) (void)image.personality.set("pss", "no");
    if ((options & 4U) != 0) (void)image.personality.set("get-response", "needed");
    if ((options & 8U) != 0) (void)image.personality.set("auth-cert", "absent");
    p11::Config config;
    if ((options & 16U) != 0) config.confirm = p11::Confirm::every_signature;
    if ((options & 32U) != 0) config.last_try = p11::LastTry::allow;

    fuzz::PinListener listener;
    fuzz::AnsweringReader reader(input, std::move(image));
    fuzz::compose_with({&reader, config, &listener});
    Program(reader, config.confirm == p11::Confirm::every_signature).run();
    require(reader.contexts == 0 && reader.connections == 0, "nothing stays open");
    return 0;
}
