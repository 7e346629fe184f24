#include "readers.hpp"

#include <sys/eventfd.h>

#include <cstdio>
#include <cstdlib>

#include "control.hpp"

namespace jpki::testing::ifd {

Readers& Readers::all() {
    static auto* readers = new Readers;
    return *readers;
}

Readers::Readers() : news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
    const char* wanted = std::getenv("JPKI_TEST_IFD");
    unsigned count = 0;
    unsigned port = 0;
    int folder = 0;
    if (wanted == nullptr || std::sscanf(wanted, "%2u:%5u:%n", &count, &port, &folder) != 2 || folder == 0) {
        (void)std::fprintf(stderr, "JPKI_TEST_IFD should be COUNT:PORT:FOLDER\n");
        return;
    }
    const char* opens = std::getenv("JPKI_TEST_IFD_OPENS");
    for (unsigned number = 0; number < count; ++number) {
        Reader& reader = readers_.emplace_back(static_cast<std::uint16_t>(port + number));
        if (opens != nullptr)
            reader.slow(Call::kOpen, std::chrono::milliseconds(std::strtoul(opens, nullptr, 10)));
        const std::string socket =
            std::string(wanted + folder) + "/ifd" + std::to_string(number) + ".control";
        const auto say = [this, number](bool plugged_in) { announce({number, plugged_in}); };
        if (!serve_control(reader, socket, say))
            (void)std::fprintf(stderr, "cannot use %s\n", socket.c_str());
    }
}

void Readers::announce(Hotplug what) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(what);
    ::eventfd_write(news_.number(), 1);
}

std::optional<Hotplug> Readers::news() {
    const std::lock_guard lock(mutex_);
    eventfd_t taken = 0;
    if (::eventfd_read(news_.number(), &taken) != 0 || waiting_.empty()) return std::nullopt;
    const Hotplug what = waiting_.front();
    waiting_.pop_front();
    return what;
}

}  // namespace jpki::testing::ifd
