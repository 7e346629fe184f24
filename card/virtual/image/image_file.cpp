// Saving and loading; the text itself is image_text.cpp's.
#include "virtual/image/image_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "virtual/descriptor.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;  // a whole image is some 40 kB

}  // namespace

Image load_image(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw ImageError("cannot open " + path);
    std::string text;
    std::array<char, 16384> chunk{};
    for (;;) {
        const ssize_t count = ::read(file.number(), chunk.data(), chunk.size());
        if (count < 0) throw ImageError("cannot read " + path);
        if (count == 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > kMostBytes) throw ImageError(path + " is too large for an image");
    }
    try {
        return parse_image(text);
    } catch (const ImageError& error) {
        throw ImageError(path + ": " + error.what());
    }
}

bool save_image(const Image& image, const std::string& name) {
    // A link stays, and leads to the new one; what is no file stays as well.
    const std::unique_ptr<char, decltype(&std::free)> there(::realpath(name.c_str(), nullptr), &std::free);
    const std::string path = there == nullptr ? name : there.get();
    struct stat before{};
    if (::lstat(path.c_str(), &before) == 0 && !S_ISREG(before.st_mode)) return false;
    // Beside the old one, so that rename() is atomic: a card killed in the middle has either all or nothing.
    const std::string fresh = path + ".new." + std::to_string(::getpid());
    {
        ::unlink(fresh.c_str());
        const Descriptor file(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file) return false;
        if (!write_all(file, serialize_image(image))) {
            ::unlink(fresh.c_str());
            return false;
        }
    }
    if (std::rename(fresh.c_str(), path.c_str()) == 0) return true;
    ::unlink(fresh.c_str());
    return false;
}

}  // namespace jpki::vcard
