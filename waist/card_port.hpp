// The port towards a recognised card. Implemented by card/profile (FileCard) from a family's data; used by
// lib/core, inside a lease of lib/reader only. It speaks of PINs, keys and certificates, never of
// files or APDUs.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "waist/bytes.hpp"
#include "waist/executor.hpp"
#include "waist/key_purpose.hpp"
#include "waist/log.hpp"
#include "waist/random.hpp"
#include "waist/reader_port.hpp"
#include "waist/result.hpp"
#include "waist/secret.hpp"

namespace jpki {

enum class CertRole : std::uint8_t { user, authority };
inline constexpr std::array kCertRoles{CertRole::user, CertRole::authority};
constexpr std::size_t index_of(CertRole role) { return static_cast<std::size_t>(role); }

enum class Alphabet : std::uint8_t { digits, upper_alphanumeric };

struct PinInfo {
    std::uint8_t min_length;
    std::uint8_t max_length;
    std::uint8_t max_tries;
    Alphabet alphabet;
};

struct KeyInfo {
    std::uint16_t modulus_bits;  // as issued; the certificate decides
};

struct CertInfo {
    bool needs_login;  // readable only after VERIFY of the key's own PIN
};

// What a card is asked for; what its objects are called is the core's business.
struct TokenProfile {
    PinInfo pin;
    KeyInfo key;
    std::array<CertInfo, 2> certificates;  // by CertRole
};

// The families by number; the values are those of the vendor interface.
enum class FamilyId : std::uint8_t { my_number, juki, android, iphone };

struct CardFamily {
    std::string_view model;                     // at most 16 bytes
    std::array<const TokenProfile*, 2> tokens;  // by KeyPurpose; nullptr: the family has no such key
    FamilyId id = FamilyId::my_number;
};

// What the card says of a PIN. An answer that names no number (9000, 6A88, an error) is "not reported".
struct PinCounter {
    std::optional<std::uint8_t> tries;
};

// The reader's own keys take the PIN.
struct ReaderPad {};
using PinSource = std::variant<const SecretBytes*, ReaderPad>;

enum class SignScheme : std::uint8_t {
    pkcs1_v15,   // the data verbatim in a type-1 block (RFC 8017 §9.2, step 4), at most k - 11 bytes
    pss_sha256,  // a SHA-256 value, MGF1 with SHA-256, salt of 32 bytes
};

// How a card that somebody logged in to is left: by selecting another application, where that is proven to
// end the login and by power where it is not, or always by power.
enum class Logout : std::uint8_t { application, power };

// Whether a card makes RSASSA-PSS signatures by itself; `undecided`: it does not say before a login.
enum class PssAnswer : std::uint8_t { known, unknown, undecided };

// The application on one card. It outlives leases and connections and remembers what it learned of this card,
// but never a login: that ends with the lease.
class Card {
  public:
    Card() = default;
    Card(const Card&) = delete;
    Card& operator=(const Card&) = delete;
    virtual ~Card() = default;

    // For one job, before anything else is asked for it: commands go by `connection` from now on, and none
    // leaves once the job is abandoned (Errc::abandoned). `connection` lasts as long as the lease, the
    // waiter's flag as the job.
    virtual void serve(Connection& connection, const Waiter& waiter) noexcept = 0;
    // What must not be sent twice has left since serve(): a PIN, or a command that signs.
    [[nodiscard]] virtual bool sent_irreversible() const noexcept = 0;

    // First act of every lease: SELECT the application, and the identity where that costs no EF selection.
    // Errors: not_jpki; card_removed when another card answers; transport errors.
    virtual Status open() = 0;

    [[nodiscard]] virtual const CardFamily& family() const noexcept = 0;

    // Bytes that tell this card from others, stable as long as its certificates are; read at most once a
    // lease. Errors: card_removed when they differ from what they were; malformed_answer when the card has
    // none.
    virtual Result<ByteView> identify() = 0;

    // Whether identify()'s bytes are one card's only, rather than those of every card of its kind.
    [[nodiscard]] virtual bool identity_is_unique() const noexcept = 0;

    // Costs no try.
    virtual Result<PinCounter> read_counter(KeyPurpose purpose) = 0;

    // Sends VERIFY once. Errors: pin_incorrect (detail = 63Cx), pin_locked, anything else: unknown
    // outcome.
    virtual Status verify(KeyPurpose purpose, const PinSource& pin) = 0;
    [[nodiscard]] virtual bool is_verified(KeyPurpose purpose) const noexcept = 0;

    // Replaces a PIN; the old one must be verified in this lease.
    virtual Status change_pin(KeyPurpose purpose, const SecretBytes& new_pin) = 0;

    // The certificate's first `at_least` bytes or more, all of it when it is shorter (DER, filler trimmed).
    // Kept for later calls; what needed a login is forgotten by close(). Errors: file_not_found when there is
    // none, security_status, malformed_answer.
    virtual Result<ByteView> read_certificate(KeyPurpose purpose, CertRole role, std::size_t at_least) = 0;
    // Bytes of the whole certificate, once its beginning has been read; 0 before.
    [[nodiscard]] virtual std::size_t certificate_size(KeyPurpose purpose, CertRole role) const noexcept = 0;

    // A signature of the modulus's length, big-endian, unverified. Errors: security_status when not logged
    // in.
    virtual Result<Bytes> sign(KeyPurpose purpose, SignScheme scheme, ByteView data) = 0;

    // Finds out with the authentication key, by a command that no card can turn into a signature. Logged in
    // with that key the answer is certain.
    virtual Result<PssAnswer> probe_pss() { return PssAnswer::undecided; }

    // Last act of every lease, whether anybody waits or not. Says how the transaction must end so that no key
    // is left usable.
    virtual Disposition close(TimePoint deadline) = 0;
    // The card has forgotten everything (reset, power): nothing may be assumed selected or verified.
    virtual void on_reset() noexcept = 0;
};

// Makes a Card for whatever is in the reader; nothing is sent before serve() and open().
class CardFactory {
  public:
    CardFactory() = default;
    CardFactory(const CardFactory&) = delete;
    CardFactory& operator=(const CardFactory&) = delete;
    virtual ~CardFactory() = default;

    virtual std::unique_ptr<Card> make(Random& random, Log& log, Logout logout) = 0;
    // What is assumed of a card before anything was read from it.
    [[nodiscard]] virtual const CardFamily& assumed_family() const noexcept = 0;
};

}  // namespace jpki
