// What `jpki uri` writes; that programs understand it is shown in tests/system and tests/system/clients.
#include "token/uri.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>

namespace jpki::app {
namespace {

TEST(Uri, EscapesWhatIsNoWordOfItsOwn) {
    EXPECT_EQ(uri_of({"JPKI User Authentication", "", "\x01", "private", ""}),
              "pkcs11:token=JPKI%20User%20Authentication;id=%01;type=private");
    EXPECT_EQ(uri_of({"JPKI 署名用", "", "\x02", "cert", ""}),
              "pkcs11:token=JPKI%20%E7%BD%B2%E5%90%8D%E7%94%A8;id=%02;type=cert");
    EXPECT_EQ(uri_of({"a;b?c&d=e%f|g", "4 2", "0", "cert", ""}),
              "pkcs11:token=a%3Bb%3Fc%26d%3De%25f%7Cg;serial=4%202;id=%30;type=cert");
}

TEST(Uri, NamesTheFileWithThePinAndNeverACommand) {
    EXPECT_EQ(uri_of({"t", "", "\x01", "private", "/etc/my pin&|x"}),
              "pkcs11:token=t;id=%01;type=private?pin-source=file:/etc/my%20pin%26%7Cx");
}

// The bytes between the lines of a key file.
std::string inside(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) return "not PEM";
    std::string bytes(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    EXPECT_STREQ(name, "PKCS#11 PROVIDER URI");
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return bytes;
}

TEST(Uri, TheKeyFileIsASequenceOfItsVersionAndTheUri) {
    const std::string version = "\x1A\x19PKCS#11 Provider URI v1.0";
    EXPECT_EQ(inside(provider_key_file("pkcs11:id=%01")), "\x30\x2A" + version + "\x0C\x0Dpkcs11:id=%01");
}

TEST(Uri, LengthsOf128AndMoreStandInBytesOfTheirOwn) {
    const std::string version = "\x1A\x19PKCS#11 Provider URI v1.0";
    const std::string uri200(200, 'x');
    EXPECT_EQ(inside(provider_key_file(uri200)), "\x30\x81\xE6" + version + "\x0C\x81\xC8" + uri200);
    const std::string uri300(300, 'x');
    EXPECT_EQ(inside(provider_key_file(uri300)), "\x30\x82\x01\x4B" + version + "\x0C\x82\x01\x2C" + uri300);
}

}  // namespace
}  // namespace jpki::app
