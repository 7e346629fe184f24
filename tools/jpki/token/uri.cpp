#include "token/uri.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>
#include <new>

namespace jpki::app {

namespace {

constexpr std::string_view kInPaths = "/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view kUnreserved = kInPaths.substr(1);

std::string escaped(const std::string& bytes, std::string_view kept) {
    std::string text;
    for (const char byte : bytes)
        text += kept.find(byte) != std::string_view::npos
                    ? std::string(1, byte)
                    : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    return text;
}

// --- DER (X.690)
constexpr char kSequence = 0x30;
constexpr char kVisibleString = 0x1A;
constexpr char kUtf8String = 0x0C;

std::string tagged(char tag, const std::string& content) {
    std::string length;
    for (std::size_t rest = content.size(); rest > 0; rest >>= 8)
        length.insert(length.begin(), static_cast<char>(rest & 0xFF));
    if (content.size() > 0x7F) length.insert(length.begin(), static_cast<char>(0x80 + length.size()));
    return tag + length + content;
}

}  // namespace

std::string uri_of(const UriParts& parts) {
    std::string uri = "pkcs11:token=" + escaped(parts.token, kUnreserved);
    if (!parts.serial.empty()) uri += ";serial=" + escaped(parts.serial, kUnreserved);
    uri += fmt::format(";id={};type={}", escaped(parts.id, {}), parts.type);
    if (!parts.pin_file.empty()) uri += "?pin-source=file:" + escaped(parts.pin_file, kInPaths);
    return uri;
}

std::string provider_key_file(const std::string& uri) {
    const std::string der =
        tagged(kSequence, tagged(kVisibleString, "PKCS#11 Provider URI v1.0") + tagged(kUtf8String, uri));
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    if (PEM_write_bio(bio.get(), "PKCS#11 PROVIDER URI", "",
                      reinterpret_cast<const unsigned char*>(der.data()), static_cast<long>(der.size())) <= 0)
        throw std::bad_alloc();
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace jpki::app
