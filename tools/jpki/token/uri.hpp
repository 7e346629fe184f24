// How other programs are told of a key or certificate on the card: a PKCS#11 URI (RFC 7512), and a key file
// that is one. Never holds a PIN, at most the name of a file with one.
#pragma once

#include <string>
#include <string_view>

namespace jpki::app {

struct UriParts {
    std::string token;      // its label
    std::string serial;     // empty: of any card
    std::string id;         // CKA_ID, bytes
    std::string_view type;  // "private" or "cert"
    std::string pin_file;   // empty: programs ask
};
std::string uri_of(const UriParts& parts);

// What OpenSSL 3 with pkcs11-provider takes as a key file: a "PKCS#11 PROVIDER URI" in PEM.
std::string provider_key_file(const std::string& uri);

}  // namespace jpki::app
