#include "digest.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "certificate.hpp"
#include "failure.hpp"
#include "progress.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

class Hash {
  public:
    explicit Hash(const EVP_MD* hash) : context_(EVP_MD_CTX_new()) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), hash, nullptr) != 1) throw std::bad_alloc();
    }
    void add(View part) {
        if (EVP_DigestUpdate(context_.get(), part.data(), part.size()) != 1) throw std::bad_alloc();
    }
    Octets value() {
        Octets value(EVP_MAX_MD_SIZE);
        unsigned length = 0;
        if (EVP_DigestFinal_ex(context_.get(), value.data(), &length) != 1) throw std::bad_alloc();
        value.resize(length);
        return value;
    }

  private:
    Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

}  // namespace

Octets digest(const EVP_MD* hash, std::initializer_list<View> parts) {
    Hash running(hash);
    for (const View part : parts)
        running.add(part);
    return running.value();
}

Octets digest_of_file(const EVP_MD* hash, const std::string& path) {
    Hash running(hash);
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    std::error_code unknown;
    Progress progress(Text::progress_reading, std::filesystem::file_size(path, unknown));
    Octets piece(kPiece);
    while (file) {
        file.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        running.add(View(piece).first(got));
        progress.add(got);
    }
    // A folder opens, too; reading it is what fails.
    if (!file.eof() || file.bad())
        throw Failure(Exit::failed, say(Text::cannot_read, path, reason_of(errno)));
    return running.value();
}

}  // namespace jpki::app
