// What became of one signature: who made it, what is wrong with it, and who vouches for the signer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "document/certificate.hpp"
#include "text/text.hpp"

namespace jpki::app {

struct Fault {
    std::string code;  // for programs; never changes
    std::string words;
    bool of_certificate = false;  // the signature fits the document; it is the signer who is in doubt
};

struct Verdict {
    std::optional<Certificate> signer;
    std::optional<Time> claimed_time;
    std::optional<Certificate> issuer;
    // Why it is not right; nothing: it is.
    std::vector<Fault> faults;
    // Of a PDF: what was appended after this signature, which another one must answer for.
    std::size_t appended = 0;

    [[nodiscard]] bool right() const { return faults.empty(); }
    // What it is over is as it was when it was made.
    [[nodiscard]] bool intact() const {
        return signer && std::ranges::all_of(faults, &Fault::of_certificate);
    }
    void blame(std::string code, Text words, bool of_certificate = false) {
        faults.push_back({std::move(code), std::string(text(words)), of_certificate});
    }
};

// Whom to believe.
struct Trust {
    std::vector<Certificate> authorities;
    bool built_in = true;
};

// Finds the signer's issuer by its key and holds the certificate against it, at the time that the signature
// claims, or at `now` if it claims none. Revocation is out of reach of all but licensed verifiers.
void check_chain(Verdict& verdict, const Trust& trust, Time now);

}  // namespace jpki::app
