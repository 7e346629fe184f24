// See pem.hpp.
#include "virtual/image/pem.hpp"

#include <openssl/evp.h>

namespace jpki::vcard {

std::string pem(std::string_view label, ByteView der) {
    constexpr std::size_t kLineBytes = 48;  // 64 characters (RFC 7468 §2)
    std::string out = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < der.size(); at += kLineBytes) {
        const ByteView part = slice(der, at, kLineBytes);
        Bytes line(kLineBytes / 3 * 4 + 1);
        EVP_EncodeBlock(line.data(), part.data(), static_cast<int>(part.size()));
        out.append(line.begin(), line.begin() + static_cast<std::ptrdiff_t>((part.size() + 2) / 3 * 4))
            .append("\n");
    }
    return out + "-----END " + std::string(label) + "-----\n";
}

}  // namespace jpki::vcard
