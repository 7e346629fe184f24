// One token whose card a session holds. For every command that asks for a PIN: what it shows, asks for,
// permits and sends is of that one card; another card in its place, or the same one out and in again, ends
// the command before a PIN is sent.
#pragma once

#include <memory>

#include "token/holder.hpp"

namespace jpki::app {

class HeldToken {
  public:
    // The only token with this purpose, as find_token() chooses it. The session comes first; the counter is
    // read for it. Throws Failure.
    HeldToken(const Module& module, KeyPurpose purpose, const std::string& reader_name);

    // As it was when the session began; certificates can be read into it.
    Token token;

    [[nodiscard]] const Session& session() const { return *session_; }

    // Before a PIN is asked for, in commands that never spend the last try. Throws Failure: locked, or the
    // last try.
    void refuse_last_try() const;
    // Each throws Failure; after a wrong PIN it says how many tries are left, and what a locked PIN needs.
    void log_in(const SecretBytes& pin) const;
    void change_pin(const SecretBytes& before, const SecretBytes& after) const;
    // As Session::sign(), of a token that is logged in.
    [[nodiscard]] Bytes sign(const Bytes& data, const std::function<SecretBytes()>& ask) const;
    // Failure(no_card) when the card is not the one that was there at first.
    void check_card() const;

  private:
    template <class Work>
    void attempt(Work work) const;

    const Module* module_;
    std::unique_ptr<Session> session_;
};

}  // namespace jpki::app
