#include "iso7816/channel.hpp"

#include <cstdio>

namespace jpki::card {

namespace {

// A short command never yields more than 256 bytes in one answer, and no answer of ours is longer than what
// one GET RESPONSE chain of a few links brings.
constexpr std::size_t kMaximumAnswer = Command::kMaximumExpected;
constexpr int kMaximumLinks = 4;
constexpr Header kGetResponse{0x00, 0xC0, 0x00, 0x00};

std::size_t announced(StatusWord sw) { return sw.sw2() == 0 ? Command::kMaximumExpected : sw.sw2(); }

}  // namespace

Result<Response> Channel::exchange(const Command& command) {
    if (connection_ == nullptr) return fail(Errc::internal, "a command without a connection");
    if (waiter_.gone()) return fail(Errc::abandoned, "nobody waits any more");
    JPKI_TRY_ASSIGN(Bytes raw, connection_->transmit(command.bytes(), waiter_.deadline));
    if (raw.size() < 2) return fail(Errc::malformed_answer, "an answer without a status word");
    Response response;
    response.sw = StatusWord(raw[raw.size() - 2], raw[raw.size() - 1]);
    raw.resize(raw.size() - 2);
    response.data = std::move(raw);
    trace(command, response);
    if (response.data.size() > kMaximumAnswer)
        return fail(Errc::malformed_answer, "an answer longer than Le allows", response.sw.value());
    if (!command.expects_data() && !response.data.empty())
        return fail(Errc::malformed_answer, "data where none was asked for", response.sw.value());
    return response;
}

Result<Response> Channel::send(const Command& command) {
    JPKI_TRY_ASSIGN(Response response, exchange(command));
    if (response.sw.wrong_expected() && command.expects_data() && response.data.empty()) {
        // 6Cxx: nothing was done (ISO 7816-4 §5.6), so once more with the right Le is safe.
        JPKI_TRY_ASSIGN(response, exchange(command.with_expected(announced(response.sw))));
    }
    if (!command.expects_data()) return response;
    for (int link = 0; response.sw.more_data(); ++link) {
        if (link == kMaximumLinks) return fail(Errc::malformed_answer, "GET RESPONSE without end");
        JPKI_TRY_ASSIGN(Response next, exchange(Command::case2(kGetResponse, announced(response.sw))));
        if (next.data.empty() && next.sw.more_data())
            return fail(Errc::malformed_answer, "GET RESPONSE brings nothing", next.sw.value());
        append(response.data, next.data);
        response.sw = next.sw;
        if (response.data.size() > kMaximumAnswer)
            return fail(Errc::malformed_answer, "GET RESPONSE brings too much", response.sw.value());
    }
    return response;
}

Result<Response> Channel::send_once(const Command& command) {
    irreversible_ = true;
    return send(command);
}

Result<Bytes> Channel::require(const Command& command) {
    JPKI_TRY_ASSIGN(Response response, send(command));
    if (!response.sw.ok()) return fail(response.sw.error());
    return std::move(response.data);
}

void Channel::trace(const Command& command, const Response& response) const {
    if (!log_->enabled(LogLevel::trace)) return;
    const Header& header = command.header();
    char line[96];
    // Header and lengths only: neither data nor answers are ever shown, and not even the PIN's length.
    if (command.sensitive()) {
        (void)std::snprintf(line, sizeof line, "apdu %02X %02X %02X %02X Lc=** -> %04X", header.cla,
                            header.ins, header.p1, header.p2, response.sw.value());
    } else {
        (void)std::snprintf(line, sizeof line, "apdu %02X %02X %02X %02X Lc=%zu -> %04X, %zu bytes",
                            header.cla, header.ins, header.p1, header.p2, command.data_length(),
                            response.sw.value(), response.data.size());
    }
    log_->write(LogLevel::trace, line);
}

}  // namespace jpki::card
