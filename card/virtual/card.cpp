// See card.hpp: power, faults, the log, and the way of one command through the card.
#include "virtual/card.hpp"

#include <algorithm>
#include <array>

#include "virtual/commands.hpp"

namespace jpki::vcard {
namespace {

using namespace std::string_view_literals;  // an ATR contains zero bytes

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAtrs{{
    // ISO 14443 type B as PC/SC part 3 §3.1.3.2.3.1 builds it; the next two as published for contact
    // readers.
    {"contactless", "\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F"sv},
    {"contact", "\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14"sv},
    {"contact-historical", "\x3B\xDA\x13\xFF\x81\x31\xFB\x46\x80\x12\x39\x2F\x31\xC1\x73\xC6\x01\xC0\x3B"sv},
    // Contactless again.
    {"juki", "\x3B\x88\x80\x01\x00\x00\x14\xE0\xB3\x81\x91\x00\x5E"sv},
}};

Bytes bytes(const Answer& answer) {
    Bytes out = answer.data;
    out.push_back(static_cast<std::uint8_t>(answer.sw >> 8U));
    out.push_back(static_cast<std::uint8_t>(answer.sw & 0xFFU));
    return out;
}

// What a T=0 link would do with the data of a case 4 command (ISO 7816-3 §12.2.1).
Answer hold_back(CardState& card, const Apdu& apdu, Answer answer) {
    const bool fetched = apdu.iso_case == ApduCase::k4 && !apdu.extended && !answer.data.empty();
    if (!fetched || card.is(Switch::kGetResponse, "no")) return answer;
    const std::size_t size = answer.data.size();
    card.session.pending = std::move(answer.data);
    return static_cast<std::uint16_t>(sw::kBytesRemaining | (size > 255 ? 0U : size));
}

Answer answer_command(CardState& card, ByteView command) {
    if (std::exchange(card.session.cold, false) && card.is(Switch::kFirstCommand, "6f00"))
        return sw::kNoDiagnosis;
    const std::optional<Apdu> apdu = parse_apdu(command);
    if (!apdu) return sw::kWrongLength;
    return hold_back(card, *apdu, execute_command(card, *apdu));
}

void fill_in(PinOracle& oracle, const CardState& card, const File* pin) {
    if (pin == nullptr) return;
    oracle.tries_left = card.tries_left(*pin);
    oracle.tries_max = pin->tries_max;
    oracle.verified = std::ranges::any_of(card.session.verified, [&](const FileName& name) {
        const std::vector<File>& files = card.image.applications[name.first].files;
        const auto at = std::ranges::find(files, name.second, &File::id);
        return at != files.end() && &*at == pin;
    });
}

}  // namespace

Card::Card(Image image) : state_(std::make_unique<CardState>(std::move(image))) {}
Card::~Card() = default;
Card::Card(Card&&) noexcept = default;
Card& Card::operator=(Card&&) noexcept = default;

Bytes Card::transmit(ByteView apdu) {
    CardState& card = *state_;
    if (!card.session.powered) return {};
    const std::size_t index = card.next_index++;
    ++card.oracle.apdus;
    std::optional<Bytes> answer;
    if (card.fault_before) answer = card.fault_before(index, apdu);
    if (!answer) {
        answer = bytes(answer_command(card, apdu));
        if (card.fault_after) {
            if (std::optional<Bytes> fault = card.fault_after(index, apdu, *answer))
                answer = std::move(fault);
        }
    }
    card.log.exchange(index, command_name(apdu), apdu, *answer);
    return *answer;
}

void Card::power_on() {
    state_->session = {.powered = true, .cold = true, .fresh = true};
    ++state_->oracle.power_ups;
    state_->log.event("POWER ON");
}

void Card::power_off() {
    if (!state_->session.powered) return;
    state_->session = {};
    ++state_->oracle.power_offs;
    state_->log.event("POWER OFF");
}

void Card::reset() {
    Session& session = state_->session;
    if (!session.powered) return power_on();
    // The selection is lost; the verified PINs were measured to stay on a real card (github
    // soltia48/myna-card).
    std::set<FileName> verified = std::move(session.verified);
    session = {.powered = true, .fresh = true};
    if (state_->is(Switch::kReset, "keeps")) session.verified = std::move(verified);
    ++state_->oracle.resets;
    state_->log.event("RESET");
}

bool Card::powered() const { return state_->session.powered; }

Bytes Card::atr() const {
    const auto at = std::ranges::find(kAtrs, state_->image.personality.get(Switch::kAtr),
                                      &decltype(kAtrs)::value_type::first);
    return to_bytes(at->second);
}

bool Card::set(std::string_view name, std::string_view value) {
    return set(std::string(name).append("=").append(value));
}

bool Card::set(std::string_view assignment) {
    if (!state_->image.personality.set(assignment)) return false;
    // A PIN that has just become blocked cannot stay verified.
    for (std::size_t i = 0; i < state_->image.applications.size(); ++i) {
        for (const File& file : state_->image.applications[i].files) {
            if (file.kind == FileKind::kPin && state_->blocked(file))
                state_->session.verified.erase({i, file.id});
        }
    }
    return state_->save();
}

bool Card::set_tries_left(Role pin, unsigned tries) {
    return state_->set_tries_left(state_->image.find(pin), tries);
}

bool Card::set_tries_left(std::string_view application, std::uint16_t id, unsigned tries) {
    return state_->set_tries_left(state_->image.find(application, id), tries);
}

const Image& Card::image() const { return state_->image; }

Oracle Card::oracle() const {
    Oracle oracle = state_->oracle;
    fill_in(oracle.auth_pin, *state_, state_->image.find(Role::kAuthPin));
    fill_in(oracle.sign_pin, *state_, state_->image.find(Role::kSignPin));
    oracle.powered = state_->session.powered;
    return oracle;
}

void Card::reset_oracle() { state_->oracle = {}; }
std::size_t Card::next_index() const { return state_->next_index; }

ApduLog& Card::log() { return state_->log; }
const ApduLog& Card::log() const { return state_->log; }

void Card::on_fault_before(FaultBefore fault) { state_->fault_before = std::move(fault); }
void Card::on_fault_after(FaultAfter fault) { state_->fault_after = std::move(fault); }
void Card::on_save(SaveImage save) { state_->save_image = std::move(save); }
void Card::record_fault(std::string_view what) {
    ++state_->oracle.faults;
    state_->log.event("FAULT " + std::string(what));
}

}  // namespace jpki::vcard
