// One seat of one reader as a PKCS#11 token: what is known of the card in it, who is logged in, its objects.
// API threads call it; card work is handed to the Reader, and no lock is held meanwhile. What it knows
// belongs to one incarnation of the card and is dropped, PIN first, as soon as that has moved; the handles of
// its objects stay for the same card.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/login.hpp"
#include "core/object_builder.hpp"
#include "core/pin_mark.hpp"
#include "mechanism/mechanism_table.hpp"
#include "reader/card_status.hpp"
#include "reader/reader.hpp"

namespace jpki::p11 {

struct TokenInfo {
    std::string label;
    std::string model;
    std::string serial;  // 16 hexadecimal digits
    PinInfo pin{};
    std::optional<std::uint8_t> tries;  // as the card or the last login said
    bool wrong_pin_since_success = false;
    FamilyId family = FamilyId::my_number;
    std::uint32_t last_failure = 0;  // status word or SCARD code
    CK_ULONG sessions = 0;
    CK_ULONG rw_sessions = 0;
};

// The PIN of a context-specific login. The operation that waits for it holds it; the token alone looks inside
// and wipes it with the login.
class Confirmation {
  public:
    explicit Confirmation(SecretBytes pin) : pin_(std::move(pin)) {}

  private:
    friend class Token;
    SecretBytes pin_;
};

class Token {
  public:
    Token(std::shared_ptr<Reader> reader, Seat seat, std::function<void()> kick)
        : reader_(std::move(reader)), seat_(seat), kick_(std::move(kick)) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() = default;

    [[nodiscard]] Seat seat() const noexcept { return seat_; }
    [[nodiscard]] const std::string& reader_name() const noexcept { return reader_->name(); }

    // A card is in the reader and this seat is not known to be empty. No card access.
    [[nodiscard]] bool present();
    [[nodiscard]] Incarnation incarnation();
    // Drops what belongs to a card that has left. The monitor calls it after every look.
    void settle();

    // What the last work on the card met with. No card access.
    [[nodiscard]] CardStatus card_status();

    // Finds out once per card whether it has this seat. Errors: token_not_present, token_not_recognized,
    // transport.
    Status identify();

    // Counters are at most 5 s old, unless the lease is logged in just now. Errors: as identify().
    Result<TokenInfo> read_info();
    // Of the user's certificate, of which no more is read than that takes; nothing where it cannot be read
    // without a login.
    std::optional<crypto::Validity> read_validity();
    // The same with a counter asked for now, even while logged in (the vendor interface's).
    Result<TokenInfo> read_info_now();

    // `session`: the incarnation the caller's session was opened on. `last_try`: whether this one may be
    // spent, whatever the configuration says. Errors: user_already_logged_in, pin_malformed, pin_incorrect,
    // pin_locked, last_try_refused, card_removed, transport.
    Status log_in(Incarnation session, ByteView typed, LastTry last_try);
    // Errors: of the new PIN pin_length, pin_alphabet, pin_too_weak, before anything is sent; of the old one
    // as log_in(). Whoever was logged in stays so.
    Status set_pin(Incarnation session, ByteView typed_old, ByteView typed_new, LastTry last_try);
    Status log_out(Incarnation session);
    [[nodiscard]] bool logged_in();
    // Moves with every logout: what was begun under an older number is void.
    [[nodiscard]] std::uint64_t login_number();
    // The vendor interface's: why the last login was not sent.
    [[nodiscard]] Refusal last_refusal();

    // Accounts of open sessions; closing the last one logs out (PKCS#11 3.2 §5.6.8).
    Status session_opened(Incarnation session, bool rw);
    void session_closed(Incarnation session, bool rw);

    // The objects visible now, and one of them; null when there is none of that handle. Handles belong to the
    // card and the object: they outlive an idle logout and the card's absence; C_Logout, the end of the last
    // session and another card end them.
    [[nodiscard]] ObjectStore::Objects visible();
    [[nodiscard]] std::shared_ptr<const Object> find(CK_OBJECT_HANDLE handle);
    // The same for a key that is to be used. Errors: key_handle_invalid; user_not_logged_in when it is there
    // but hidden.
    Result<std::shared_ptr<const Object>> find_key(CK_OBJECT_HANDLE handle);
    // The same object with what only the card can tell. Errors: object_handle_invalid when the card does not
    // have it after all (it is gone then), user_not_logged_in, transport.
    Result<std::shared_ptr<const Object>> load(Incarnation session, CK_OBJECT_HANDLE handle);

    // Whether PSS mechanisms are listed; asks the card once. Errors: as identify().
    Result<bool> offers_pss();
    // Whether they can be used, which a login may have decided since. Errors: as identify().
    Result<bool> makes_pss();

    // A password for every signature (confirm = "every-signature"): the key says so in
    // CKA_ALWAYS_AUTHENTICATE.
    [[nodiscard]] bool always_authenticates() const noexcept;
    // A context-specific login: verifies the PIN and keeps it for the one operation that waits for it; the
    // user's login counts for no signature any more. A PIN that turns out to be locked logs the user out.
    // Errors: as log_in().
    Result<std::shared_ptr<Confirmation>> authenticate(Incarnation session, ByteView typed, LastTry last_try);
    // A call on a session of this token: starts the idle time anew.
    void touch();

    // Octets of a signature, without the card.
    [[nodiscard]] std::size_t signature_size();
    // `input` goes to the card; what comes back was verified. `confirmed`: what a context-specific login
    // returned; where every signature needs one and it is null, the login itself counts, once. Errors:
    // user_not_logged_in, signature_wrong, card_removed, transport.
    Result<Bytes> sign(Incarnation session, SignScheme scheme, Bytes input,
                       std::shared_ptr<Confirmation> confirmed);

  private:
    struct State {
        Incarnation incarnation = 0;
        bool card_present = false;
        bool identified = false;
        bool empty = false;  // no JPKI application, or no such seat
        const CardFamily* family = nullptr;
        Bytes identity;
        std::string serial;
        std::shared_ptr<const ObjectStore> store = std::make_shared<const ObjectStore>();
        std::shared_ptr<const crypto::KeyFacts> key;
        std::optional<crypto::Validity> validity;
        bool logged_in = false;
        SecretBytes pin;  // kept for renewals; taken by the one signature a login is good for where each
                          // needs its own
        TimePoint last_call{};
        Duration suspended{};
        std::vector<std::weak_ptr<Confirmation>> confirmations;  // to be wiped with the login
        PinMark impossible;                                      // of the last PIN, if no card takes its like
        bool confirmation_waits = false;  // a context-specific login has not been used yet
        std::optional<std::uint8_t> tries;
        TimePoint tries_read{};
        bool wrong_pin = false;
        CK_ULONG sessions = 0;
        CK_ULONG rw_sessions = 0;
    };
    // What a job takes along: it must not touch the token.
    struct Ticket {
        Seat seat;
        const TokenProfile* profile;
        Bytes identity;
        SecretBytes pin;  // empty: no login
        std::shared_ptr<const crypto::KeyFacts> key;
        // Filled by the job, read after it ended.
        std::shared_ptr<std::optional<LoginReport>> renewal = std::make_shared<std::optional<LoginReport>>();
    };
    struct Inspection {
        const CardFamily* family;
        Bytes identity;
        bool unique;  // the identity
        std::optional<PinCounter> counter;
    };

    static Status check_identity(Card& card, const Ticket& ticket);
    static Status ensure_login(Card& card, const Ticket& ticket);
    static Result<std::shared_ptr<const crypto::KeyFacts>> read_key(Card& card, const Ticket& ticket);
    static Result<crypto::Validity> read_validity_at_card(Card& card, const Ticket& ticket);
    static Result<Bytes> sign_on_card(Card& card, const Ticket& ticket, SignScheme scheme, ByteView input);

    // Whether a look at the card asks for the PIN's counter, too.
    enum class Counter : std::uint8_t { no, if_idle, yes };
    Status inspect(Counter wanted);
    // One login at the user's wish; the PIN comes back for keeping.
    Result<SecretBytes> verify_at_card(Incarnation session, ByteView typed, LastTry last_try);
    [[nodiscard]] bool login_expired() const JPKI_REQUIRES(mutex_);
    Result<TokenInfo> known_info();
    void note_pss(Incarnation incarnation, bool known);
    Status load_key(Incarnation session);
    Status load_certificate(Incarnation session, CertRole role);
    void settle_locked() JPKI_REQUIRES(mutex_);
    // The end of a login. Private handles end with it when the program ended it.
    enum class Handles : std::uint8_t { keep, renew };
    void drop_login(Handles private_handles = Handles::keep) JPKI_REQUIRES(mutex_);
    void wipe_confirmations() JPKI_REQUIRES(mutex_);
    // What was read behind the login.
    void forget_hidden() JPKI_REQUIRES(mutex_);
    // Errors: user_not_logged_in when `needed` and the login of this number has ended.
    [[nodiscard]] Status still_logged_in(bool needed, std::uint64_t login) const JPKI_REQUIRES(mutex_);
    // Errors: pin_malformed; pin_hopeless when asking once more can change nothing: an empty PIN, or the
    // same impossible one again.
    Result<SecretBytes> take_pin(ByteView typed) JPKI_REQUIRES(mutex_);
    // What holds for one login: its program's permission, else the configuration.
    [[nodiscard]] LastTry effective(LastTry permitted) const;
    Status note_login(const LoginReport& report) JPKI_REQUIRES(mutex_);
    void renew_private_handles() JPKI_REQUIRES(mutex_);
    // Gives the objects of a card that has come back the handles that they had.
    void restore_handles(bool same_card_is_certain) JPKI_REQUIRES(mutex_);
    void note_renewal(const std::optional<LoginReport>& renewal) JPKI_REQUIRES(mutex_);
    void note_missing(CertRole role) JPKI_REQUIRES(mutex_);
    void note_key(std::shared_ptr<const crypto::KeyFacts> key) JPKI_REQUIRES(mutex_);
    Status check_session(Incarnation session) JPKI_REQUIRES(mutex_);
    [[nodiscard]] const TokenProfile& profile() const JPKI_REQUIRES(mutex_);
    [[nodiscard]] Ticket ticket() const JPKI_REQUIRES(mutex_);
    // A failed job: tells the monitor when the card seems gone, and passes the error on.
    Error noted(const Error& error) JPKI_REQUIRES(mutex_);

    std::shared_ptr<Reader> reader_;
    Seat seat_;
    std::function<void()> kick_;

    Mutex mutex_;
    State state_ JPKI_GUARDED_BY(mutex_);
    std::map<std::string, CK_OBJECT_HANDLE> handles_ JPKI_GUARDED_BY(mutex_);  // by CKA_UNIQUE_ID
    PinMarks marks_ JPKI_GUARDED_BY(mutex_);
    std::shared_ptr<RefusedPin> refused_ = std::make_shared<RefusedPin>();
    std::uint64_t login_number_ JPKI_GUARDED_BY(mutex_) = 1;
    Refusal refusal_ JPKI_GUARDED_BY(mutex_) = Refusal::none;
    std::uint32_t last_failure_ JPKI_GUARDED_BY(mutex_) = 0;
};

}  // namespace jpki::p11
