// One key of one reader's card as a PKCS#11 token: what PKCS#11 asks of it. API threads call it; what needs
// the card goes to the Reader by one template, on_card, and no lock is held meanwhile. What it knows belongs
// to one card generation and is dropped, PIN first, as soon as that has moved.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/card_work.hpp"
#include "core/object_table.hpp"
#include "reader/card_status.hpp"

namespace jpki::p11 {

struct TokenInfo {
    std::string label;
    std::string model;
    std::string serial;  // 16 hexadecimal digits
    PinInfo pin{};
    PinState pin_state;
    FamilyId family = FamilyId::my_number;
    std::uint32_t last_failure = 0;  // status word or SCARD code
    CK_ULONG sessions = 0;
    CK_ULONG rw_sessions = 0;
};

// What is true now, without asking the card.
struct TokenState {
    CardGeneration card_generation = 0;
    bool present = false;  // a card is in the reader, and is not known to lack this key
    bool logged_in = false;
    std::uint64_t login_number = 0;    // moves with every logout: what was begun under an older one is void
    bool login_per_signature = false;  // confirm = "every-signature"; the key says CKA_ALWAYS_AUTHENTICATE
    std::size_t signature_size = 0;    // bytes
    CardStatus card;                   // what the last work on it met with
};

struct PssSupport {
    bool listed = false;  // in mechanism lists, which do not change
    bool usable = false;  // which a login may have decided since
};

// A call on a session starts the idle time anew.
enum class CalledBy : std::uint8_t { anybody, session };

class Token {
  public:
    // `facts`: shared by the tokens of `reader`'s card. `kick`: tells the monitor to look.
    Token(std::shared_ptr<Reader> reader, std::shared_ptr<CardFacts> facts, KeyPurpose purpose,
          std::function<void()> kick)
        : reader_(std::move(reader)),
          facts_(std::move(facts)),
          purpose_(purpose),
          kick_(std::move(kick)),
          login_(reader_->environment(), purpose) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

    [[nodiscard]] KeyPurpose purpose() const noexcept { return purpose_; }
    [[nodiscard]] const std::string& reader_name() const noexcept { return reader_->name(); }

    // Drops what belongs to a card that has left, and a login that has expired, each with its PIN; tells
    // what remains. The monitor calls it after every look.
    TokenState refresh(CalledBy caller = CalledBy::anybody);

    // Finds out once per card whether it has this key; asks for the counter where that is `wanted`.
    // Errors: token_not_present, token_not_recognized, transport.
    Status identify(Counter wanted = Counter::no);
    // Counters are at most 5 s old, unless the lease is logged in just now; `now`: asked for in any case.
    // Errors: as identify().
    Result<TokenInfo> read_info(bool now = false);
    // Of the user's certificate; nothing where it cannot be read without a login.
    std::optional<crypto::Validity> read_validity();
    // Asks the card once. Errors: as identify().
    Result<PssSupport> pss();

    // `session`: the card generation the caller's session was opened on. `last_try`: whether this one may
    // be spent, whatever the configuration says. Errors: user_already_logged_in, pin_malformed,
    // pin_incorrect, pin_locked, last_try_refused, card_removed, transport.
    Status log_in(CardGeneration session, ByteView typed, LastTry last_try);
    // A context-specific login: verifies the PIN and keeps it for the one operation that waits for it;
    // the user's login counts for no signature any more. A PIN that turns out to be locked logs the user
    // out. Errors: as log_in().
    Result<std::shared_ptr<Confirmation>> authenticate(CardGeneration session, ByteView typed,
                                                       LastTry last_try);
    // Errors: of the new PIN pin_length, pin_alphabet, pin_too_weak, before anything is sent; of the old
    // one as log_in(). Whoever was logged in stays so.
    Status set_pin(CardGeneration session, ByteView typed_old, ByteView typed_new, LastTry last_try);
    Status log_out(CardGeneration session);

    // Accounts of open sessions; closing the last one logs out (PKCS#11 3.2 §5.6.8).
    Status session_opened(CardGeneration session, bool rw);
    void session_closed(CardGeneration session, bool rw);

    // The objects visible now, and one of them; null when there is none of that handle. Handles belong to
    // the card and the object: they outlive an idle logout and the card's absence; C_Logout, the end of
    // the last session and another card end them.
    [[nodiscard]] ObjectStore::Objects visible();
    // `hidden`: also one that only a login shows.
    [[nodiscard]] std::shared_ptr<const Object> find(CK_OBJECT_HANDLE handle, bool hidden = false);
    // The same object with what only the card can tell. Errors: object_handle_invalid when the card does
    // not have it after all (it is gone then), user_not_logged_in, transport.
    Result<std::shared_ptr<const Object>> load(CardGeneration session, CK_OBJECT_HANDLE handle);

    // `input` goes to the card; what comes back was verified. `confirmed`: what a context-specific login
    // returned; where every signature needs one and it is null, the login itself counts, once. Errors:
    // user_not_logged_in, signature_wrong, card_removed, transport.
    Result<Bytes> sign(CardGeneration session, SignScheme scheme, Bytes input,
                       const std::shared_ptr<Confirmation>& confirmed);

  private:
    struct State {
        CardGeneration card_generation = 0;
        bool card_present = false;
        bool empty = false;               // no JPKI application, or no such key
        std::shared_ptr<KnownCard> card;  // null: not identified
        CK_ULONG sessions = 0;
        CK_ULONG rw_sessions = 0;
    };
    using Context = std::shared_ptr<CardContext>;

    // The one way to the card: the same card as before, the login where the context asks for one, then
    // `work(CardLease&, CardContext&)`, which owns what it uses and must not touch the token; at the end,
    // what came of the login and of the card is accounted for.
    template <class F>
    auto on_card(const Context& context, F work) {
        using Answer = std::invoke_result_t<F&, CardLease&, CardContext&>;
        const Timing& timing = reader_->environment().timing;
        auto done = reader_->run(context->card_generation,
                                 context->asks == Asks::work ? timing.operation : timing.identification,
                                 [context, work = std::move(work)](CardLease& lease) mutable -> Answer {
                                     JPKI_TRY(prepare(lease.card(), *context));
                                     return work(lease, *context);
                                 });
        if (const Status kept = account(*context, done ? nullptr : &done.error()); !kept)
            done = fail(kept.error());
        return done;
    }
    // Errors: `failure` in the caller's words; card_removed when the generation has moved.
    Status account(const CardContext& context, const Error* failure);
    // What a job takes along. `role`: the certificate it reads.
    [[nodiscard]] Context context(Asks asks, CertRole role = CertRole::user) const JPKI_REQUIRES(mutex_);
    // Errors: card_removed when the generation has moved; user_not_logged_in when a login's end has.
    Status check(CardGeneration session, std::optional<std::uint64_t> login = {}) JPKI_REQUIRES(mutex_);
    void refresh_locked() JPKI_REQUIRES(mutex_);
    // What either token has found out about the card of this generation, with its objects.
    void take_over_card() JPKI_REQUIRES(mutex_);
    // `renew_handles`: of private objects, when the program ended the login.
    void end_login(bool renew_handles = false) JPKI_REQUIRES(mutex_);
    // One login at the user's wish; the PIN comes back for keeping.
    Result<SecretBytes> verify(CardGeneration session, ByteView typed, LastTry last_try);

    std::shared_ptr<Reader> reader_;
    std::shared_ptr<CardFacts> facts_;
    KeyPurpose purpose_;
    std::function<void()> kick_;

    Mutex mutex_;
    State state_ JPKI_GUARDED_BY(mutex_);
    LoginState login_ JPKI_GUARDED_BY(mutex_);
    ObjectTable objects_ JPKI_GUARDED_BY(mutex_);
    std::uint32_t last_failure_ JPKI_GUARDED_BY(mutex_) = 0;
};

}  // namespace jpki::p11
