// See image.hpp.
#include "virtual/image/image.hpp"

#include <algorithm>

namespace jpki::vcard {

const File* Image::find(Role role) const {
    for (const Application& application : applications) {
        for (const File& file : application.files) {
            if (file.role == role) return &file;
        }
    }
    return nullptr;
}

File* Image::find(std::string_view application, std::uint16_t id) {
    const auto in = std::ranges::find(applications, application, &Application::name);
    if (in == applications.end()) return nullptr;
    const auto at = std::ranges::find(in->files, id, &File::id);
    return at == in->files.end() ? nullptr : &*at;
}

File* Image::find(Role role) { return const_cast<File*>(static_cast<const Image*>(this)->find(role)); }

const Bytes& Image::certificate(Role role) const {
    const File* file = find(role);
    if (file == nullptr) throw ImageError("the image has no such certificate");
    return file->body;
}

}  // namespace jpki::vcard
