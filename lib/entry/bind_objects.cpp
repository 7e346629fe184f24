// PKCS#11 3.2 §5.7: objects.
#include "core/attribute_set.hpp"
#include "entry/binding.hpp"

namespace jpki::p11 {

namespace {

Result<std::shared_ptr<const Object>> object_of(Session& session, CK_OBJECT_HANDLE handle) {
    auto object = session.token().find(handle);
    if (!object) return fail(Errc::object_handle_invalid);
    return object;
}

// One entry of the template (§5.7.5): every entry is answered, whatever the others get.
Status answer(const Attribute& attribute, CK_ATTRIBUTE& entry) {
    if (attribute.state != Attribute::State::value) {
        entry.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return fail(attribute.state == Attribute::State::sensitive ? Errc::attribute_sensitive
                                                                   : Errc::attribute_type_invalid);
    }
    if (entry.pValue != nullptr && entry.ulValueLen < attribute.value.size()) {
        entry.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return fail(Errc::buffer_too_small);
    }
    if (entry.pValue != nullptr) std::ranges::copy(attribute.value, static_cast<CK_BYTE*>(entry.pValue));
    entry.ulValueLen = static_cast<CK_ULONG>(attribute.value.size());
    return {};
}

int severity(Errc code) {
    switch (code) {
        case Errc::attribute_sensitive: return 3;
        case Errc::attribute_type_invalid: return 2;
        default: return 1;
    }
}

// What is to be found. Nothing is read where the length is out of reason: a template that came out of
// C_GetAttributeValue has CK_UNAVAILABLE_INFORMATION there, and an old buffer beside it.
std::optional<Bytes> value_of(const CK_ATTRIBUTE& entry) {
    constexpr CK_ULONG kLongest = 0xFFFF;  // no file of a card is longer
    if (entry.ulValueLen > kLongest) return std::nullopt;
    return to_bytes(view(static_cast<const CK_BYTE*>(entry.pValue), entry.ulValueLen));
}

// Copy, destroy and change are refused alike: the objects are the issuer's.
Status prohibit(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    JPKI_TRY(object_of(*found, object));
    return fail(Errc::action_prohibited);
}

}  // namespace

Status bind::C_CopyObject(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                          CK_ATTRIBUTE_PTR /*list*/, CK_ULONG /*count*/, CK_OBJECT_HANDLE_PTR /*copy*/) {
    return prohibit(module, session, object);
}

Status bind::C_DestroyObject(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    return prohibit(module, session, object);
}

Status bind::C_SetAttributeValue(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 CK_ATTRIBUTE_PTR /*list*/, CK_ULONG /*count*/) {
    return prohibit(module, session, object);
}

Status bind::C_GetObjectSize(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                             CK_ULONG_PTR size) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (size == nullptr) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const auto known, object_of(*found, object));
    *size = static_cast<CK_ULONG>(size_of(*known));
    return {};
}

Status bind::C_GetAttributeValue(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 CK_ATTRIBUTE_PTR list, CK_ULONG count) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (!readable(list, count)) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(auto known, object_of(*found, object));
    const std::span<CK_ATTRIBUTE> entries(list, count);
    const bool card_needed = std::ranges::any_of(entries, [&](const CK_ATTRIBUTE& entry) {
        return attribute_of(*known, entry.type).state == Attribute::State::not_loaded;
    });
    if (card_needed) {
        JPKI_TRY_ASSIGN(known, found->load(object));
    }
    Status worst;
    for (CK_ATTRIBUTE& entry : entries) {
        const Status one = answer(attribute_of(*known, entry.type), entry);
        if (!one && (worst || severity(one.error().code) > severity(worst.error().code))) worst = one;
    }
    return worst;
}

Status bind::C_FindObjectsInit(Module& module, CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR list,
                               CK_ULONG count) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (!readable(list, count)) return fail(Errc::arguments_bad);
    std::vector<Criterion> criteria;
    for (const CK_ATTRIBUTE& entry : std::span<const CK_ATTRIBUTE>(list, count)) {
        if (!readable(entry.pValue, entry.ulValueLen)) return fail(Errc::arguments_bad);
        criteria.push_back({entry.type, value_of(entry)});
    }
    return found->search().begin(criteria);
}

Status bind::C_FindObjects(Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects,
                           CK_ULONG at_most, CK_ULONG_PTR count) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    if (count == nullptr || !readable(objects, at_most)) return fail(Errc::arguments_bad);
    JPKI_TRY_ASSIGN(const auto part, found->search().next(at_most));
    std::ranges::copy(part, objects);
    *count = static_cast<CK_ULONG>(part.size());
    return {};
}

Status bind::C_FindObjectsFinal(Module& module, CK_SESSION_HANDLE session) {
    JPKI_TRY_ASSIGN(const auto found, module.session(session));
    return found->search().end();
}

}  // namespace jpki::p11
