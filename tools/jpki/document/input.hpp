// A file of the user's that is read, or standard input where it is called "-". Opened once: whatever is asked
// of it is answered from the same bytes, so that no other file can take its place meanwhile, and a pipe will
// do.
#pragma once

#include <map>
#include <string>

#include "common/output.hpp"
#include "document/digest.hpp"

namespace jpki::app {

// What is read into memory at once; only what is hashed may be longer.
constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

// Of a certificate, in PEM with words around it.
constexpr std::size_t kMostOfCertificate = std::size_t{1} << 20U;

class Input {
  public:
    // Throws Failure: it cannot be opened, or is a device or a folder.
    explicit Input(std::string path);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    // As people are told.
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool is_standard() const { return path_ == kStandard; }

    // The first `most` bytes, or as many as there are.
    ByteView beginning(std::size_t most);
    // Throws Failure when there are more than `most`.
    const Bytes& all(std::size_t most = kMostBytes);
    // In pieces, unless all() was asked for.
    const Bytes& digest(const EVP_MD* hash);

  private:
    // At most `size` bytes more are read behind what is in `bytes_`.
    void read_up_to(std::size_t size);
    // False at the end.
    bool read_piece(Bytes& piece);
    void rewind();

    std::string path_;
    int file_;
    Bytes bytes_;  // from the beginning
    bool whole_ = false;
    bool passed_ = false;  // hashed, and not kept
    std::map<std::string, Bytes> digests_;
};

// All of a file that is opened for nothing else.
Bytes read_file(const std::string& path, std::size_t most = kMostBytes);

}  // namespace jpki::app
