#include "world.hpp"

#include <chrono>
#include <thread>

#include "core/card_memory.hpp"
#include "virtual/image/image_file.hpp"
#include "wiring.hpp"

namespace jpki::testing {

namespace {

World* g_world = nullptr;

std::shared_ptr<vcard::Card> load(const char* path) {
    return std::make_shared<vcard::Card>(vcard::load_image(path));
}

}  // namespace

std::shared_ptr<vcard::Card> default_card() { return load(JPKI_DEFAULT_IMAGE); }
std::shared_ptr<vcard::Card> other_persons_card() { return load(JPKI_OTHER_IMAGE); }
std::shared_ptr<vcard::Card> juki_card() { return load(JPKI_JUKI_IMAGE); }
std::shared_ptr<vcard::Card> android_card() { return load(JPKI_ANDROID_IMAGE); }
std::shared_ptr<vcard::Card> iphone_card() { return load(JPKI_IPHONE_IMAGE); }

World* current_world() { return g_world; }

World::World() : card(default_card()) {
    g_world = this;
    p11::card_memory::forget_all();
    readers.insert(card);
}

World::~World() {
    (void)C_Finalize(nullptr);
    g_world = nullptr;
}

void World::initialize() {
    start();
    CK_ULONG count = 0;
    ASSERT_EQ(C_GetSlotList(CK_FALSE, nullptr, &count), CKR_OK);
}

void World::start() {
    wire({.readers = &readers,
          .config = config,
          .view = view,
          .threads = threads,
          .timing = timing,
          .ca_certificates = ca_certificates});
    ASSERT_EQ(C_Initialize(init_args), CKR_OK);
}

void World::wait_for_monitor() { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }

void World::insert(std::shared_ptr<vcard::Card> what) {
    card = std::move(what);
    readers.insert(card);
    wait_for_monitor();
}

void World::remove() {
    readers.remove();
    wait_for_monitor();
}

std::vector<CK_SLOT_ID> World::slots(bool present) {
    const auto token_present = static_cast<CK_BBOOL>(present ? CK_TRUE : CK_FALSE);
    CK_ULONG count = 0;
    EXPECT_EQ(C_GetSlotList(token_present, nullptr, &count), CKR_OK);
    std::vector<CK_SLOT_ID> ids(count);
    EXPECT_EQ(C_GetSlotList(token_present, ids.data(), &count), CKR_OK);
    ids.resize(count);
    return ids;
}

CK_SESSION_HANDLE World::open(CK_SLOT_ID slot, bool rw) {
    CK_SESSION_HANDLE session = 0;
    EXPECT_EQ(
        C_OpenSession(slot, CKF_SERIAL_SESSION | (rw ? CKF_RW_SESSION : 0UL), nullptr, nullptr, &session),
        CKR_OK);
    return session;
}

CK_RV World::login(CK_SESSION_HANDLE session, std::string_view pin) {
    // One byte more, so that an empty PIN is still not a null pointer.
    Bytes copy = to_bytes(pin);
    copy.push_back('#');
    return C_Login(session, CKU_USER, copy.data(), static_cast<CK_ULONG>(pin.size()));
}

std::vector<CK_OBJECT_HANDLE> World::find(CK_SESSION_HANDLE session, std::vector<CK_ATTRIBUTE> criteria) {
    EXPECT_EQ(C_FindObjectsInit(session, criteria.data(), static_cast<CK_ULONG>(criteria.size())), CKR_OK);
    std::vector<CK_OBJECT_HANDLE> found(64);
    CK_ULONG count = 0;
    EXPECT_EQ(C_FindObjects(session, found.data(), static_cast<CK_ULONG>(found.size()), &count), CKR_OK);
    EXPECT_EQ(C_FindObjectsFinal(session), CKR_OK);
    found.resize(count);
    return found;
}

CK_OBJECT_HANDLE World::find_class(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted) {
    const auto found = find(session, {{CKA_CLASS, &wanted, sizeof wanted}});
    return found.empty() ? CK_INVALID_HANDLE : found.front();
}

Bytes World::get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE query{type, nullptr, 0};
    EXPECT_EQ(C_GetAttributeValue(session, object, &query, 1), CKR_OK) << std::hex << type;
    if (query.ulValueLen == CK_UNAVAILABLE_INFORMATION) return {};
    Bytes value(query.ulValueLen);
    query.pValue = value.data();
    EXPECT_EQ(C_GetAttributeValue(session, object, &query, 1), CKR_OK) << std::hex << type;
    return value;
}

CK_RV World::sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key) {
    CK_MECHANISM mechanism{type, nullptr, 0};
    return C_SignInit(session, &mechanism, key);
}

CK_RV World::sign(CK_SESSION_HANDLE session, ByteView data, Bytes& signature) {
    Bytes input = to_bytes(data);
    signature.assign(512, 0);
    auto length = static_cast<CK_ULONG>(signature.size());
    const CK_RV rv =
        C_Sign(session, input.data(), static_cast<CK_ULONG>(input.size()), signature.data(), &length);
    signature.resize(rv == CKR_OK ? length : 0);
    return rv;
}

CK_RV World::sign_document(CK_SESSION_HANDLE session, Bytes* signature) {
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    if (const CK_RV rv = sign_init(session, CKM_SHA256_RSA_PKCS, key); rv != CKR_OK) return rv;
    Bytes made;
    const CK_RV rv = sign(session, to_bytes(std::string_view("a filing")), made);
    if (signature != nullptr) *signature = made;
    return rv;
}

CK_TOKEN_INFO World::token_info(CK_SLOT_ID slot) {
    CK_TOKEN_INFO info{};
    EXPECT_EQ(C_GetTokenInfo(slot, &info), CKR_OK);
    return info;
}

CK_STATE World::state(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info{};
    EXPECT_EQ(C_GetSessionInfo(session, &info), CKR_OK);
    return info.state;
}

vcard::Oracle World::oracle() {
    vcard::Oracle seen;
    readers.locked([&] { seen = card->oracle(); });
    return seen;
}

bool World::set(std::string_view name, std::string_view value) {
    return set(std::string(name).append("=").append(value));
}

bool World::set(std::string_view setting) {
    bool done = false;
    readers.locked([&] { done = card->set(setting); });
    return done;
}

bool World::set_tries_left(vcard::Role pin, unsigned tries) {
    bool done = false;
    readers.locked([&] { done = card->set_tries_left(pin, tries); });
    return done;
}

std::size_t World::commands() {
    const std::size_t before = counted_;
    counted_ = readers.commands_seen();
    return counted_ - before;
}

bool World::second_client_can_sign() {
    const auto hex = [](std::initializer_list<int> bytes) {
        Bytes out;
        for (const int byte : bytes)
            out.push_back(static_cast<std::uint8_t>(byte));
        return out;
    };
    const Bytes select_application =
        hex({0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01});
    const std::vector<Bytes> attempts{
        hex({0x80, 0x2A, 0x00, 0x97, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),  // as the card was left
        hex({0x80, 0x2A, 0x00, 0x9A, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),
        select_application,
        hex({0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x17}),
        hex({0x80, 0x2A, 0x00, 0x80, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),
        hex({0x80, 0x2A, 0x00, 0x97, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),
        hex({0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x1A}),
        hex({0x80, 0x2A, 0x00, 0x80, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),
        hex({0x80, 0x2A, 0x00, 0x9A, 0x04, 0x01, 0x02, 0x03, 0x04, 0x00}),
    };
    const auto answers = readers.as_other_client(attempts);
    return std::ranges::any_of(answers, [](const Bytes& answer) { return answer.size() > 2; });
}

}  // namespace jpki::testing
