// A PKCS#11 module as a program sees it: loaded by its path, spoken to by the standard's functions, and by
// the vendor interface where it has one. Whatever fails becomes a Failure in the user's language.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jpki/cryptoki.h"
#include "waist/bytes.hpp"
#include "waist/secret.hpp"
// After the one above, whose types it uses.
#include "jpki/jpki_pkcs11.h"

namespace jpki::app {

// What a slot says of its reader. Our module has two slots for one, one right behind the other.
struct SlotName {
    std::string
        reader;     // its own name; not for telling one from another: it may be cut, and need not be unique
    char mark = 0;  // 'A' or 'S', where the module tells its slots apart
};
SlotName name_of(const CK_SLOT_INFO& info);

class Module {
  public:
    // An empty path means the module that belongs to this program: in the build folder beside it, else the
    // installed one. Throws Failure(failed).
    explicit Module(const std::string& path);
    ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    [[nodiscard]] CK_FUNCTION_LIST* operator->() const noexcept { return functions_; }
    // Null for another module than ours.
    [[nodiscard]] const JPKI_FUNCTION_LIST* vendor() const noexcept { return vendor_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    [[nodiscard]] std::vector<CK_SLOT_ID> slots() const;
    // Counters are read from the card. CKR_OK and nothing for another module than ours.
    CK_RV read_status(CK_SLOT_ID slot, std::optional<JPKI_TOKEN_STATUS>& status) const;
    // What the last call that needed this slot's card met with; nothing where the module has no words for it.
    [[nodiscard]] std::optional<JPKI_SLOT_STATUS> slot_status(CK_SLOT_ID slot) const;

    // As it is called in a message.
    [[nodiscard]] std::string reader_of(CK_SLOT_ID slot) const;

    // Throws Failure with the meaning of `rv` unless it is CKR_OK.
    static void check(CK_RV rv);

  private:
    std::string path_;
    void* library_ = nullptr;
    CK_FUNCTION_LIST* functions_ = nullptr;
    const JPKI_FUNCTION_LIST* vendor_ = nullptr;
};

// One session, closed with its scope.
class Session {
  public:
    Session(const Module& module, CK_SLOT_ID slot);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // The card that it was opened on is still there, as far as the module has looked.
    [[nodiscard]] bool has_card() const;
    // Its next login or change may spend the last try. A module that cannot be told decides for itself.
    void allow_last_try() const;
    // One try if the PIN is wrong; none if it cannot be right. Throws Failure.
    void login(const SecretBytes& pin) const;
    void logout() const;
    // Both in the form of the card's own PIN; verified once more after the change.
    void change_pin(const SecretBytes& before, const SecretBytes& after) const;

    [[nodiscard]] std::vector<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS wanted) const;
    // Nothing when the object does not have it.
    [[nodiscard]] std::optional<Bytes> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
    // An attribute that is a CK_ULONG.
    [[nodiscard]] std::optional<CK_ULONG> number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
    // Whether each signature needs the PIN of its own (CKA_ALWAYS_AUTHENTICATE).
    [[nodiscard]] bool asks_each_time() const;
    // RSASSA-PKCS1-v1_5 with SHA-256 over `data` (CKM_SHA256_RSA_PKCS), by the token's only private key.
    // `ask` is asked for the PIN where the signature needs one.
    [[nodiscard]] Bytes sign(const Bytes& data, const std::function<SecretBytes()>& ask) const;

  private:
    // As Module::check; our own module also says what is with the card, and why it did not send a PIN.
    void check(CK_RV rv) const;
    void check_pin(CK_RV rv) const;

    const Module& module_;
    CK_SLOT_ID slot_;
    CK_SESSION_HANDLE handle_ = 0;
};

// A text of fixed width, filled up with blanks (PKCS#11 3.2 §3.1).
template <class Byte, std::size_t Size>
std::string trimmed(const Byte (&padded)[Size]) {
    const std::string_view all(reinterpret_cast<const char*>(padded), Size);
    const std::size_t end = all.find_last_not_of(' ');
    return std::string(all.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

}  // namespace jpki::app
