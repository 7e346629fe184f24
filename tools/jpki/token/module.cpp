#include "token/module.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/own_module.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/card_state.hpp"
#include "token/lists.hpp"

namespace jpki::app {

namespace {

// More than any token has that is meant for people.
constexpr std::size_t kMostObjects = 100000;

struct Meaning {
    CK_RV rv;
    Exit exit;
    Text what;
    Text advice;
};

constexpr Meaning kMeanings[] = {
    {CKR_PIN_INCORRECT, Exit::pin_wrong, Text::pin_wrong, Text::do_not_guess},
    {CKR_PIN_LEN_RANGE, Exit::refused, Text::pin_impossible, Text::nothing},
    {CKR_PIN_INVALID, Exit::refused, Text::pin_impossible, Text::nothing},
    {CKR_PIN_TOO_WEAK, Exit::refused, Text::pin_too_weak, Text::nothing},
    {CKR_PIN_LOCKED, Exit::pin_locked, Text::pin_locked, Text::unlock_authentication},
    {CKR_FUNCTION_CANCELED, Exit::refused, Text::last_try_kept, Text::last_try_advice},
    {CKR_TOKEN_NOT_PRESENT, Exit::no_card, Text::no_card, Text::put_card_in},
    {CKR_TOKEN_NOT_RECOGNIZED, Exit::no_card, Text::foreign_card, Text::put_card_in},
    {CKR_DEVICE_REMOVED, Exit::no_card, Text::card_taken_out, Text::put_own_card_in},
    {CKR_SESSION_HANDLE_INVALID, Exit::no_card, Text::card_taken_out, Text::put_own_card_in},
    {CKR_DEVICE_ERROR, Exit::failed, Text::card_failed, Text::ask_the_doctor},
    {CKR_USER_NOT_LOGGED_IN, Exit::failed, Text::login_lost, Text::nothing},
    {CKR_HOST_MEMORY, Exit::failed, Text::no_memory, Text::nothing},
};

template <class Function>
Function symbol(void* library, const char* name) {
    return reinterpret_cast<Function>(::dlsym(library, name));
}

}  // namespace

SlotName name_of(const CK_SLOT_INFO& info) {
    const std::string name = trimmed(info.slotDescription);
    for (const std::string_view suffix : {" [A]", " [S]"}) {
        if (!name.ends_with(suffix)) continue;
        std::string reader = name.substr(0, name.size() - suffix.size());
        // Blanks at an end are nothing that people see.
        reader.erase(reader.find_last_not_of(' ') + 1);
        return {std::move(reader), suffix[2]};
    }
    return {name, 0};
}

Module::Module(const std::string& path) : path_(path.empty() ? own_module() : path) {
    library_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) {
        const int error = ::access(path_.c_str(), R_OK) == 0 ? 0 : errno;
        const bool named = path_.find('/') != std::string::npos;
        throw Failure(Exit::failed, say(Text::module_not_loaded, path_),
                      error != 0 && named ? say(Text::cannot_read, path_, reason_of(error))
                                          : say(Text::module_not_loaded_advice));
    }
    const auto list = symbol<CK_C_GetFunctionList>(library_, "C_GetFunctionList");
    if (list == nullptr || list(&functions_) != CKR_OK)
        throw Failure(Exit::failed, say(Text::not_a_module, path_));
    if (const auto get = symbol<CK_C_GetInterface>(library_, "C_GetInterface"); get != nullptr) {
        std::array<CK_UTF8CHAR, sizeof(JPKI_INTERFACE_NAME)> name{};
        std::string_view(JPKI_INTERFACE_NAME).copy(reinterpret_cast<char*>(name.data()), name.size());
        CK_INTERFACE* found = nullptr;
        if (get(name.data(), nullptr, &found, 0) == CKR_OK && found != nullptr)
            vendor_ = static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
    }
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    check(functions_->C_Initialize(&arguments));
}

// The library itself stays: others may have threads in it.
Module::~Module() { (void)functions_->C_Finalize(nullptr); }

std::vector<CK_SLOT_ID> Module::slots() const {
    std::vector<CK_SLOT_ID> found;
    check(ask_for(found, [this](CK_SLOT_ID* place, CK_ULONG& count) {
        return functions_->C_GetSlotList(CK_FALSE, place, &count);
    }));
    return found;
}

CK_RV Module::read_status(CK_SLOT_ID slot, std::optional<JPKI_TOKEN_STATUS>& status) const {
    status.reset();
    if (vendor_ == nullptr) return CKR_OK;
    JPKI_TOKEN_STATUS found{};
    found.ulSize = sizeof found;
    const CK_RV rv = vendor_->JPKI_GetTokenStatus(slot, &found);
    if (rv == CKR_OK) status = found;
    return rv;
}

std::optional<JPKI_SLOT_STATUS> Module::slot_status(CK_SLOT_ID slot) const {
    if (vendor_ == nullptr || (vendor_->version.major == 1 && vendor_->version.minor < 1))
        return std::nullopt;
    JPKI_SLOT_STATUS found{};
    found.ulSize = sizeof found;
    if (vendor_->JPKI_GetSlotStatus(slot, &found) != CKR_OK) return std::nullopt;
    return found;
}

std::string Module::reader_of(CK_SLOT_ID slot) const {
    CK_SLOT_INFO info{};
    check(functions_->C_GetSlotInfo(slot, &info));
    return name_of(info).reader;
}

void Module::check(CK_RV rv) {
    if (rv == CKR_OK) return;
    for (const Meaning& known : kMeanings) {
        if (known.rv == rv)
            throw Failure(known.exit, std::string(text(known.what)), std::string(text(known.advice)));
    }
    throw Failure(Exit::failed, say(Text::module_says, static_cast<unsigned long>(rv)),
                  std::string(text(Text::ask_the_doctor)));
}

Session::Session(const Module& module, CK_SLOT_ID slot) : module_(module), slot_(slot) {
    check(module_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle_));
}

Session::~Session() { (void)module_->C_CloseSession(handle_); }

namespace {

// PKCS#11 takes what it does not change by a pointer that could.
CK_UTF8CHAR* bytes_of(const SecretBytes& pin) { return const_cast<CK_UTF8CHAR*>(pin.view().data()); }

}  // namespace

void Session::check(CK_RV rv) const {
    // The slot's own code stands for everything that can be wrong; what it is, the vendor interface knows.
    if (rv == CKR_DEVICE_ERROR) {
        const CardStatus status = card_status(module_, slot_, rv);
        if (status.state != CardState::present && status.state != CardState::none)
            throw failure_of(status, module_.reader_of(slot_));
    }
    Module::check(rv);
}

void Session::check_pin(CK_RV rv) const {
    if (rv == CKR_OK || rv == CKR_DEVICE_ERROR) return check(rv);
    std::optional<JPKI_TOKEN_STATUS> status;
    (void)module_.read_status(slot_, status);
    if (status && status->ulLastRefusal == JPKI_REFUSAL_MALFORMED)
        throw Failure(Exit::refused, say(Text::pin_impossible));
    if (status && status->ulLastRefusal == JPKI_REFUSAL_UNKNOWN_COUNTER)
        throw Failure(Exit::refused, say(Text::counter_unknown), say(Text::last_try_advice));
    check(rv);
}

bool Session::has_card() const {
    CK_SESSION_INFO info{};
    return module_->C_GetSessionInfo(handle_, &info) == CKR_OK;
}

void Session::allow_last_try() const {
    const JPKI_FUNCTION_LIST* vendor = module_.vendor();
    if (vendor != nullptr && (vendor->version.major > 1 || vendor->version.minor >= 1))
        check(vendor->JPKI_AllowLastTry(handle_));
}

void Session::login(const SecretBytes& pin) const {
    check_pin(module_->C_Login(handle_, CKU_USER, bytes_of(pin), pin.size()));
}

void Session::logout() const { check(module_->C_Logout(handle_)); }

void Session::change_pin(const SecretBytes& before, const SecretBytes& after) const {
    check_pin(module_->C_SetPIN(handle_, bytes_of(before), before.size(), bytes_of(after), after.size()));
}

std::vector<CK_OBJECT_HANDLE> Session::find(CK_OBJECT_CLASS wanted) const {
    CK_ATTRIBUTE attribute{CKA_CLASS, &wanted, sizeof wanted};
    std::vector<CK_OBJECT_HANDLE> found;
    std::array<CK_OBJECT_HANDLE, 16> part{};
    CK_ULONG count = 0;
    check(module_->C_FindObjectsInit(handle_, &attribute, 1));
    CK_RV rv = CKR_OK;
    // A search is over when it finds nothing more (3.2 §5.7.7), and not where it finds less.
    while (found.size() < kMostObjects &&
           (rv = module_->C_FindObjects(handle_, part.data(), part.size(), &count)) == CKR_OK && count != 0)
        found.insert(found.end(), part.begin(), part.begin() + std::min<CK_ULONG>(count, part.size()));
    const CK_RV ended = module_->C_FindObjectsFinal(handle_);
    check(rv);
    check(ended);
    return found;
}

std::optional<Bytes> Session::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    Bytes value;
    bool there = true;
    const CK_RV rv = ask_for(value, [&](std::uint8_t* place, CK_ULONG& size) {
        CK_ATTRIBUTE wanted{type, place, size};
        const CK_RV answer = module_->C_GetAttributeValue(handle_, object, &wanted, 1);
        there = answer != CKR_OK || wanted.ulValueLen != CK_UNAVAILABLE_INFORMATION;
        size = there ? wanted.ulValueLen : 0;
        return answer;
    });
    if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE || !there) return std::nullopt;
    check(rv);
    return value;
}

std::optional<CK_ULONG> Session::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    CK_ULONG value = 0;
    CK_ATTRIBUTE wanted{type, &value, sizeof value};
    const CK_RV rv = module_->C_GetAttributeValue(handle_, object, &wanted, 1);
    return rv == CKR_OK && wanted.ulValueLen == sizeof value ? std::optional(value) : std::nullopt;
}

bool Session::asks_each_time() const {
    const auto keys = find(CKO_PRIVATE_KEY);
    const auto value = keys.empty() ? std::nullopt : attribute(keys.front(), CKA_ALWAYS_AUTHENTICATE);
    return value == Bytes{CK_TRUE};
}

Bytes Session::sign(const Bytes& data, const std::function<SecretBytes()>& ask) const {
    const auto keys = find(CKO_PRIVATE_KEY);
    if (keys.empty()) throw Failure(Exit::failed, std::string(text(Text::no_key)));
    CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
    check(module_->C_SignInit(handle_, &mechanism, keys.front()));
    if (asks_each_time()) {
        const SecretBytes pin = ask();
        check_pin(module_->C_Login(handle_, CKU_CONTEXT_SPECIFIC, bytes_of(pin), pin.size()));
    }
    Bytes signature;
    check(ask_for(signature, [&](std::uint8_t* place, CK_ULONG& size) {
        return module_->C_Sign(handle_, const_cast<CK_BYTE*>(data.data()), data.size(), place, &size);
    }));
    return signature;
}

}  // namespace jpki::app
