// The world in which a sequence of calls happens, with a record of what the program did, so that what the
// card saw can be held against it.
#pragma once

#include <map>
#include <optional>

#include "calls_record.hpp"
#include "harness.hpp"
#include "pin_listener.hpp"
#include "signature.hpp"
#include "stage.hpp"
#include "waist/card_port.hpp"

namespace jpki::fuzz {

class World {
  public:
    World();

    void happen(Event event, const Record& record);

    // --- handles, the youngest first; 0 where there is none. A few selectors are no handle at all.
    [[nodiscard]] CK_SESSION_HANDLE session(std::uint8_t selector) const { return pick(sessions_, selector); }
    [[nodiscard]] CK_OBJECT_HANDLE object(std::uint8_t selector) const { return pick(objects_, selector); }
    void opened(CK_SESSION_HANDLE session, CK_SLOT_ID slot);
    void found(CK_OBJECT_HANDLE object) { add(objects_, object); }

    // --- PINs
    // The one that the card in the reader has now, as the slot's key; empty without a card.
    [[nodiscard]] std::string right_pin(CK_SESSION_HANDLE session, bool other_purpose) const;
    // Handed to a login.
    void entered(CK_SESSION_HANDLE session, ByteView pin);

    // --- signatures
    void sign_begun(CK_SESSION_HANDLE session, std::optional<CK_MECHANISM_TYPE> mechanism);
    void sign_updated(CK_SESSION_HANDLE session, ByteView part);
    // `data` where all of it came with the last call.
    void signed_by(CK_SESSION_HANDLE session, std::optional<ByteView> data, ByteView signature);
    [[nodiscard]] const Bytes& last_signature() const { return last_signature_; }

    // After the last call.
    void check_end();

  private:
    struct Signing {
        CK_MECHANISM_TYPE mechanism;
        Bytes data;
    };

    template <class T>
    static T pick(const std::vector<T>& pool, std::uint8_t selector) {
        constexpr std::uint8_t kNone = 0xF0;
        if (selector >= kNone)
            return selector == 0xFF ? static_cast<T>(~T{0}) : static_cast<T>(selector - kNone);
        return pool.empty() ? T{0} : pool[pool.size() - 1 - selector % pool.size()];
    }
    static void add(std::vector<CK_ULONG>& pool, CK_ULONG handle);
    [[nodiscard]] KeyPurpose purpose(CK_SESSION_HANDLE session) const;
    [[nodiscard]] vcard::Card& card() const { return *cards_.at(static_cast<std::size_t>(person_)); }
    void insert(campaign::Person person);
    void fail_once(const Record& record, bool after);

    PinListener log_;
    campaign::Stage stage_{{.threads = false, .personality = {}}};
    // Each person has one card, which remembers its PIN and its tries while it is out. Null until it was in.
    std::array<std::shared_ptr<vcard::Card>, 2> cards_;
    campaign::Person person_ = campaign::Person::first;  // whose card was in last
    std::vector<CK_SESSION_HANDLE> sessions_;
    std::vector<CK_OBJECT_HANDLE> objects_;
    std::map<CK_SESSION_HANDLE, CK_SLOT_ID> slots_;
    std::map<CK_SESSION_HANDLE, Signing> signing_;
    Bytes last_signature_;
    unsigned entered_[2] = {};
    unsigned wrong_[2] = {};
};

}  // namespace jpki::fuzz
