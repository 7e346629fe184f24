// What the tests of the other applications read them with: objects of tags with one or two bytes, keys,
// signatures. Shared by the tests of this folder only. It shares nothing with the code that wrote the files.
#pragma once

#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <map>

#include "openssl_help.hpp"
#include "test_card.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::test {

struct Object {
    unsigned tag = 0;
    Bytes value;
    Bytes whole;       // with tag and length
    std::size_t at{};  // of its first byte in what was read
};

// The objects of `data`, up to its end or to filler.
inline std::vector<Object> objects(ByteView data, std::size_t from = 0) {
    std::vector<Object> all;
    std::size_t at = 0;
    while (at < data.size() && !(data[at] == 0xFF && (at + 1 == data.size() || data[at + 1] == 0xFF))) {
        Object one;
        one.at = from + at;
        std::size_t here = at;
        one.tag = data[here++];
        if ((one.tag & 0x1FU) == 0x1F) one.tag = one.tag << 8U | data[here++];
        std::size_t length = data[here++];
        if (length == 0x82) {
            length = static_cast<std::size_t>(data[here] << 8U | data[here + 1]);
            here += 2;
        }
        one.value = to_bytes(slice(data, here, length));
        EXPECT_EQ(one.value.size(), length) << "object " << std::hex << one.tag;
        one.whole = to_bytes(slice(data, at, here + length - at));
        at = here + length;
        all.push_back(std::move(one));
        if (all.size() > 20) break;
    }
    return all;
}

// The one object that a file holds, and what is in it; offsets are counted from the file's beginning.
struct SurfaceFile {
    Object outer;
    std::vector<Object> fields;

    explicit SurfaceFile(const Bytes& file) {
        const std::vector<Object> top = objects(file);
        if (top.size() != 1) {
            ADD_FAILURE() << top.size() << " objects in " << to_hex(slice(file, 0, 16));
            return;
        }
        outer = top.front();
        fields = objects(outer.value, outer.whole.size() - outer.value.size());
    }
    const Object& field(unsigned tag) const {
        static const Object kNone;
        for (const Object& one : fields) {
            if (one.tag == tag) return one;
        }
        ADD_FAILURE() << "no field " << std::hex << tag;
        return kNone;
    }
    Bytes whole(std::initializer_list<unsigned> tags) const {
        Bytes out;
        for (const unsigned tag : tags)
            append(out, field(tag).whole);
        return out;
    }
};

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// From exponent (90) and modulus (91).
inline PublicKey public_key(ByteView data) {
    const std::vector<Object> parts = objects(data);
    EXPECT_EQ(parts.size(), 2U);
    EXPECT_EQ(to_hex(slice(data, 0, 9)), "900301000191820100");
    OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
    BIGNUM* n = BN_bin2bn(parts.at(1).value.data(), static_cast<int>(parts.at(1).value.size()), nullptr);
    BIGNUM* e = BN_bin2bn(parts.at(0).value.data(), static_cast<int>(parts.at(0).value.size()), nullptr);
    OSSL_PARAM_BLD_push_BN(build, "n", n);
    OSSL_PARAM_BLD_push_BN(build, "e", e);
    OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return {key, EVP_PKEY_free};
}

// What stands in a PKCS#1 v1.5 signature; nothing when the padding is wrong.
inline Bytes recovered(const PublicKey& key, ByteView signature) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key.get(), nullptr);
    EVP_PKEY_verify_recover_init(context);
    Bytes out(256);
    std::size_t length = out.size();
    const int done =
        EVP_PKEY_verify_recover(context, out.data(), &length, signature.data(), signature.size());
    EVP_PKEY_CTX_free(context);
    out.resize(done == 1 ? length : 0);
    return out;
}

inline bool signed_by(const PublicKey& key, ByteView data, ByteView signature) {
    return recovered(key, signature) == sha256_digest_info(sha256(data));
}

// In an application other than JPKI, by the last two bytes of its name.
class SurfaceCard : public TestCard {
  public:
    explicit SurfaceCard(std::string_view last, const Image& from = default_image()) : TestCard(from) {
        select(last);
    }
    void select(std::string_view last) {
        EXPECT_EQ(sw("00A4040C0AD392100031000101" + std::string(last)), "9000");
    }
    // By SELECT and READ BINARY, in which 9000 with nothing ends nothing.
    Bytes file(std::string_view id) {
        EXPECT_EQ(sw("00A4020C02" + std::string(id)), "9000") << id;
        Bytes whole;
        for (;;) {
            const Bytes offset{static_cast<std::uint8_t>(whole.size() >> 8U),
                               static_cast<std::uint8_t>(whole.size() & 0xFFU)};
            const Bytes part = data("00B0" + to_hex(offset) + "00");
            append(whole, part);
            if (part.size() < 256) return whole;
        }
    }
    // "0001 0003": which of `ids` can be read now.
    std::string readable(std::initializer_list<const char*> ids) {
        std::string out;
        for (const char* id : ids) {
            sw(std::string("00A4020C02") + id);
            const std::string answer = sw("00B0000001");
            if (answer == "9000") {
                out += (out.empty() ? "" : " ") + std::string(id);
            } else {
                EXPECT_EQ(answer, "6982") << id;
            }
        }
        return out;
    }
    std::string present(std::string_view id, std::string_view secret) {
        sw("00A4020C02" + std::string(id));
        const Bytes bytes = to_bytes(secret);
        return sw("00200080" + to_hex(Bytes{static_cast<std::uint8_t>(bytes.size())}) + to_hex(bytes));
    }
};

constexpr std::string_view kMyNumber = "123456789018";
constexpr std::string_view kCodeB = "60030520332468";

}  // namespace jpki::vcard::test
