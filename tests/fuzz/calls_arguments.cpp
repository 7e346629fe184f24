#include "calls_arguments.hpp"

#include <cstring>

namespace jpki::fuzz {

namespace {

constexpr std::size_t kMargin = 16;
constexpr std::uint8_t kNobodys = 0x5A;

constexpr CK_MECHANISM_TYPE kMechanisms[] = {CKM_SHA256_RSA_PKCS,
                                             CKM_RSA_PKCS,
                                             CKM_SHA256_RSA_PKCS_PSS,
                                             CKM_RSA_PKCS_PSS,
                                             CKM_SHA256,
                                             CKM_SHA512,
                                             CKM_SHA1_RSA_PKCS,
                                             CKM_SHA224_RSA_PKCS,
                                             CKM_SHA384_RSA_PKCS,
                                             CKM_SHA512_RSA_PKCS,
                                             CKM_SHA_1,
                                             CKM_SHA224,
                                             CKM_SHA384,
                                             CKM_RSA_X_509,
                                             CKM_AES_CBC,
                                             ~0UL};

constexpr CK_ATTRIBUTE_TYPE kAttributes[] = {CKA_CLASS,
                                             CKA_ID,
                                             CKA_TOKEN,
                                             CKA_PRIVATE,
                                             CKA_LABEL,
                                             CKA_VALUE,
                                             CKA_SUBJECT,
                                             CKA_ISSUER,
                                             CKA_SERIAL_NUMBER,
                                             CKA_MODULUS,
                                             CKA_PUBLIC_EXPONENT,
                                             CKA_PUBLIC_KEY_INFO,
                                             CKA_KEY_TYPE,
                                             CKA_CERTIFICATE_TYPE,
                                             CKA_SIGN,
                                             CKA_VERIFY,
                                             CKA_PRIVATE_EXPONENT,
                                             CKA_UNIQUE_ID,
                                             CKA_ALLOWED_MECHANISMS,
                                             CKA_CHECK_VALUE,
                                             CKA_START_DATE,
                                             CKA_END_DATE,
                                             CKA_ALWAYS_AUTHENTICATE,
                                             CKA_PROFILE_ID,
                                             CKA_MODULUS_BITS,
                                             CKA_WRAP_TEMPLATE,
                                             CKA_VENDOR_DEFINED,
                                             ~0UL};

template <class T>
ByteView bytes_of(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

bool takes_pss(CK_MECHANISM_TYPE type) { return type == CKM_SHA256_RSA_PKCS_PSS || type == CKM_RSA_PKCS_PSS; }

}  // namespace

std::uint8_t* Arguments::add(ByteView content, Block::Use use, std::size_t unit) {
    Block block{std::make_unique<std::uint8_t[]>(content.size() + kMargin), content.size(), to_bytes(content),
                use, unit};
    std::ranges::copy(content, block.memory.get());
    std::fill_n(block.memory.get() + content.size(), kMargin, kNobodys);
    blocks_.push_back(std::move(block));
    return blocks_.back().memory.get();
}

std::size_t Arguments::next_length() {
    constexpr std::size_t kLengths[] = {256, 32, 0, 1, 4, 20, 51, 245, 246, 255, 257, 512};
    return kLengths[(buffers_++ == 0 ? record_.length : record_.length2) % std::size(kLengths)];
}

void Arguments::expect_length(std::size_t length, bool input) {
    pending_ = length;
    pending_is_input_ = input;
    pending_block_ = blocks_.empty() ? std::nullopt : std::optional(blocks_.size() - 1);
}

CK_FLAGS Arguments::make(Tag<shape::CK_FLAGS>) const {
    constexpr CK_FLAGS kFlags[] = {CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                   CKF_SERIAL_SESSION,
                                   0,
                                   CKF_SIGN,
                                   CKF_VERIFY,
                                   CKF_DIGEST,
                                   CKF_FIND_OBJECTS,
                                   CKF_ASYNC_SESSION | CKF_SERIAL_SESSION,
                                   ~0UL};
    const CK_FLAGS chosen = kFlags[record_.flags % std::size(kFlags)];
    // Without threads nobody would wake it.
    return is("C_WaitForSlotEvent") ? chosen | CKF_DONT_BLOCK : chosen;
}

CK_ULONG Arguments::make(Tag<shape::CK_ULONG>) {
    if (!pending_) return record_.extra;
    if (pending_is_input_) {
        if (pending_block_ && blocks_[*pending_block_].use == Block::Use::output)
            blocks_[*pending_block_].use = Block::Use::input;
        return static_cast<CK_ULONG>(*std::exchange(pending_, std::nullopt));
    }
    return static_cast<CK_ULONG>(*pending_);  // a limit; how many there were comes next
}

CK_USER_TYPE Arguments::make(Tag<shape::CK_USER_TYPE>) const {
    constexpr CK_USER_TYPE kUsers[] = {CKU_USER, CKU_USER, CKU_CONTEXT_SPECIFIC, CKU_SO, 3, ~0UL};
    return kUsers[record_.flags % std::size(kUsers)];
}

CK_MECHANISM_TYPE Arguments::make(Tag<shape::CK_MECHANISM_TYPE>) const {
    return kMechanisms[record_.mechanism % std::size(kMechanisms)];
}

CK_VOID_PTR Arguments::make(Tag<shape::CK_VOID_PTR>) {
    constexpr std::uint8_t kUnusual = 0xC0;
    expect_length(0, true);
    if (record_.extra < kUnusual) return nullptr;
    constexpr CK_FLAGS kFlags[] = {CKF_OS_LOCKING_OK, CKF_LIBRARY_CANT_CREATE_OS_THREADS, 0};
    init_.flags = kFlags[record_.flags % std::size(kFlags)];
    if (record_.extra % 8 == 1) init_.pReserved = this;
    if (record_.extra % 8 == 2) init_.CreateMutex = [](CK_VOID_PTR_PTR) -> CK_RV { return CKR_OK; };
    return &init_;
}

CK_BYTE_PTR Arguments::make(Tag<shape::CK_BYTE_PTR>) {
    const bool second = buffers_ != 0;
    const std::size_t length = next_length();
    const bool null = next_is_null();
    Bytes content(length, record_.data);
    // So that something can be found to be right.
    if (second && (record_.data & 0x80U) != 0 && length == world_->last_signature().size())
        content = world_->last_signature();
    CK_BYTE_PTR made = null ? nullptr : add(content, Block::Use::output);
    expect_length(length, true);
    if (null) pending_block_.reset();
    return made;
}

CK_UTF8CHAR_PTR Arguments::make(Tag<shape::CK_UTF8CHAR_PTR>) {
    using namespace std::string_literals;
    static const std::string kTexts[] = {"0000",
                                         "AAAAAA11",
                                         "1937",
                                         "qz7k91xw",
                                         "ZZ99ZZ99",
                                         "12345",
                                         "",
                                         "PKCS 11",
                                         "Vendor JPKI",
                                         "1234567890ABCDEFG",
                                         "73\0"
                                         "1"s,
                                         "\xEF\xBC\x97"
                                         "391",
                                         "C_Sign"};
    const unsigned choice = texts_ == 0 ? record_.text & 0x0FU : record_.text >> 4U;
    const std::string text =
        choice < 2 ? world_->right_pin(session_, choice == 1) : kTexts[(choice - 2) % std::size(kTexts)];
    const bool null = next_is_null();
    // Before the call, because it may be the one that changes the PIN; of two, the first is the old one.
    if (!null && texts_++ == 0 && (is("C_Login") || is("C_LoginUser") || is("C_SetPIN")))
        world_->entered(session_, to_bytes(text));
    // Labels have 32 bytes, names a zero at the end.
    Bytes padded = to_bytes(text);
    padded.resize(std::max<std::size_t>(padded.size() + 1, 33));
    CK_UTF8CHAR_PTR made = null ? nullptr : add(padded, Block::Use::input);
    expect_length(text.size(), true);
    return made;
}

CK_ULONG_PTR Arguments::make(Tag<shape::CK_ULONG_PTR>) {
    const CK_ULONG length = pending_.value_or(0);
    const auto block = pending_block_;
    pending_.reset();
    if (next_is_null()) return nullptr;
    auto* made = reinterpret_cast<CK_ULONG_PTR>(add(bytes_of(length), Block::Use::count));
    if (block) blocks_[*block].count = made;
    return made;
}

CK_ATTRIBUTE_PTR Arguments::make(Tag<shape::CK_ATTRIBUTE_PTR>) {
    const Block::Use use = is("C_GetAttributeValue") ? Block::Use::count : Block::Use::input;
    const CK_ULONG number = record_.data % 8U;  // classes, booleans
    Bytes list;
    const std::size_t count = record_.template_ % 4U;
    for (std::size_t i = 0; i < count; ++i) {
        CK_ATTRIBUTE entry{kAttributes[(record_.template_ / 4U + i * 5) % std::size(kAttributes)], nullptr,
                           0};
        const std::size_t length = next_length();
        Bytes value(length, record_.data);
        if (length == 4) value = to_bytes(bytes_of(number));
        entry.ulValueLen = value.size();
        entry.pValue = next_is_null() ? nullptr : add(value, use);
        append(list, bytes_of(entry));
    }
    CK_ATTRIBUTE_PTR made = next_is_null() ? nullptr : reinterpret_cast<CK_ATTRIBUTE_PTR>(add(list, use));
    expect_length(count, true);
    return made;
}

CK_MECHANISM_PTR Arguments::make(Tag<shape::CK_MECHANISM_PTR>) {
    constexpr std::uint8_t kUnusual = 0xC0;
    CK_MECHANISM wanted{make(Tag<shape::CK_MECHANISM_TYPE>{}), nullptr, 0};
    if (takes_pss(wanted.mechanism) != (record_.extra >= kUnusual)) {
        wanted.pParameter = &pss_;
        wanted.ulParameterLen =
            record_.extra < kUnusual + 16U ? sizeof pss_ : record_.extra % (sizeof pss_ + 1);
    }
    if (next_is_null()) return nullptr;
    auto* made = reinterpret_cast<CK_MECHANISM_PTR>(add(bytes_of(wanted), Block::Use::input));
    mechanism_ = made;
    return made;
}

CK_VERSION_PTR Arguments::make(Tag<shape::CK_VERSION_PTR>) {
    constexpr CK_VERSION kVersions[] = {{3, 2}, {3, 0}, {2, 40}, {1, 0}, {1, 1}, {2, 11}};
    if (next_is_null()) return nullptr;
    return reinterpret_cast<CK_VERSION_PTR>(
        add(bytes_of(kVersions[record_.data % std::size(kVersions)]), Block::Use::input));
}

void Arguments::check(CK_RV rv) const {
    require(rv != CKR_GENERAL_ERROR && rv != CKR_HOST_MEMORY && rv != CKR_FUNCTION_FAILED,
            "no call fails without saying why", rv);
    for (const Block& block : blocks_) {
        const ByteView now(block.memory.get(), block.size);
        const ByteView margin(block.memory.get() + block.size, kMargin);
        require(std::ranges::all_of(margin, [](std::uint8_t byte) { return byte == kNobodys; }),
                "nothing is written behind a buffer", record_.function);
        if (block.use == Block::Use::count) continue;
        std::size_t written = 0;
        if (block.use == Block::Use::output && rv == CKR_OK)
            written = block.count != nullptr ? *block.count * block.unit : block.size;
        require(written <= block.size, "no more is written than there is room for", record_.function);
        require(equal(slice(now, written), slice(block.before, written)),
                "what is not the answer's is left alone", record_.function);
    }
}

void Arguments::report(CK_RV rv) const {
    if (rv != CKR_OK) return;
    const auto output = std::ranges::find(blocks_, Block::Use::output, &Block::use);
    const auto input = std::ranges::find(blocks_, Block::Use::input, &Block::use);
    const bool wrote = output != blocks_.end() && output->count != nullptr;
    const auto written = [&] { return ByteView(output->memory.get(), *output->count * output->unit); };
    if (is("C_OpenSession")) {
        CK_SESSION_HANDLE opened = 0;
        std::memcpy(&opened, output->memory.get(), sizeof opened);
        world_->opened(opened, slot_);
    } else if (is("C_FindObjects") && wrote) {
        for (std::size_t i = 0; i < *output->count; ++i)
            world_->found(reinterpret_cast<const CK_OBJECT_HANDLE*>(output->memory.get())[i]);
    } else if (is("C_SignInit")) {
        world_->sign_begun(session_,
                           mechanism_ != nullptr ? std::optional(mechanism_->mechanism) : std::nullopt);
    } else if (is("C_SignUpdate")) {
        world_->sign_updated(session_, input != blocks_.end() ? ByteView(input->before) : ByteView());
    } else if (is("C_Sign") && wrote) {
        world_->signed_by(session_, input != blocks_.end() ? ByteView(input->before) : ByteView(), written());
    } else if (is("C_SignFinal") && wrote) {
        world_->signed_by(session_, std::nullopt, written());
    }
}

}  // namespace jpki::fuzz
