// A thread storm: clients that draw their calls from a seeded generator each, and check every answer against
// a table of what that call may say under the weather of the test. Run by storm_test.cpp; each client belongs
// to one thread, only pools of sessions are shared.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "jpki/cryptoki.h"
#include "waist/bytes.hpp"

namespace jpki::testing::storm {

enum class Op : std::uint8_t {
    initialize,
    finalize,
    slot_list,
    slot_info,
    token_info,
    mechanism_list,
    slot_event,
    open,
    close,
    close_all,
    session_info,
    login,
    logout,
    find_init,
    find,
    find_final,
    attributes,
    sign_init,
    pss_init,
    sign,
    sign_update,
    sign_final,
    verify_init,
    verify,
    verify_forged,
    digest_init,
    digest,
    digest_update,
    digest_final,
};

// What goes on besides the clients' own logins, logouts and closing of sessions.
struct Weather {
    bool finalizes = false;  // the library is finalised meanwhile
    bool removes = false;    // the card leaves and comes back, perhaps another one
    bool shares = false;     // several clients use one session
};

class Tally {
  public:
    void note(Op op, CK_RV rv) { ++seen_[{op, rv}]; }
    void add(const Tally& other);
    [[nodiscard]] std::uint64_t count(Op op, CK_RV rv = CKR_OK) const;
    [[nodiscard]] std::uint64_t calls() const;
    // The answers that the table does not allow, one a line; empty when there is none.
    [[nodiscard]] std::string surprises(const Weather& weather) const;

  private:
    std::map<std::pair<Op, CK_RV>, std::uint64_t> seen_;
};

// Sessions by place: even ones are of the authentication token, odd ones of the signature token. 0: none.
using Pool = std::array<std::atomic<CK_SESSION_HANDLE>, 4>;

// The user certificates of one card, by slot.
using Person = std::array<Bytes, 2>;

struct Plan {
    Weather weather;
    std::vector<Person> people;       // whose card it may be
    unsigned finalize_per_mille = 0;  // how often a client finalises; then it also initialises
    unsigned seed = 1;
};

class Client {
  public:
    // `pool`: the client's own, or one that it shares with others.
    Client(const Plan& plan, Pool& pool, unsigned number);

    void run_until(std::chrono::steady_clock::time_point end);

    [[nodiscard]] const Tally& tally() const { return tally_; }
    // Results that are wrong although the call succeeded.
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

  private:
    struct FreeKey {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    struct Made {
        std::size_t mechanism = 0;
        Bytes data;
        Bytes signature;
    };
    struct TokenUse {
        std::size_t place;
        CK_SESSION_HANDLE session;
    };

    void step();
    void look_around();
    void open(std::size_t place);
    void close(const TokenUse& token_use);
    void log_in(const TokenUse& token_use);
    void read(const TokenUse& token_use);
    void sign(const TokenUse& token_use);
    void verify(const TokenUse& token_use);
    void digest(const TokenUse& token_use);
    void finalize();
    void initialize();

    CK_RV note(Op op, CK_RV rv);
    CK_RV note(Op op, const TokenUse& token_use, CK_RV rv);
    [[nodiscard]] bool begun(CK_RV rv) const;
    CK_RV finish_signature(const TokenUse& token_use, Bytes& data, Bytes& signature);
    CK_OBJECT_HANDLE find(const TokenUse& token_use, CK_ATTRIBUTE criterion);
    CK_OBJECT_HANDLE find_class(const TokenUse& token_use, CK_OBJECT_CLASS wanted);
    Bytes certificate(const TokenUse& token_use);
    void judge(const TokenUse& token_use, const Made& made);
    [[nodiscard]] bool verifies(std::size_t person, std::size_t slot, std::size_t mechanism,
                                const Made& made) const;
    void complain(const std::string& what);
    Bytes document();
    unsigned draw(unsigned below) { return static_cast<unsigned>(random_()) % below; }

    const Plan& plan_;
    Pool& pool_;
    unsigned number_;
    std::mt19937 random_;
    std::vector<std::array<std::unique_ptr<EVP_PKEY, FreeKey>, 2>> keys_;  // of the people, by slot
    std::array<Made, 2> last_;                                             // good signatures, by slot
    bool library_gone_ = false;
    Tally tally_;
    std::vector<std::string> complaints_;
};

}  // namespace jpki::testing::storm
