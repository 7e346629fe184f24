#include "core/attribute_set.hpp"

#include <array>

#include "mechanism/mechanism_table.hpp"

namespace jpki::p11 {

namespace {

enum class Source : std::uint8_t {
    object_class,
    unique_id,
    boolean,
    is_private,
    always_authenticate,
    number,
    profile_id,
    label,
    id,
    subject,
    issuer,
    serial_number,
    certificate_value,
    check_value,
    start_date,
    end_date,
    public_key_info,
    modulus,
    modulus_bits,
    public_exponent,
    signing_mechanisms,
    empty,
    sensitive,
};

constexpr unsigned bit(ObjectKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned F = bit(ObjectKind::profile);
constexpr unsigned U = bit(ObjectKind::user_certificate);
constexpr unsigned A = bit(ObjectKind::ca_certificate);
constexpr unsigned P = bit(ObjectKind::public_key);
constexpr unsigned S = bit(ObjectKind::private_key);

struct Row {
    CK_ATTRIBUTE_TYPE type;
    unsigned kinds;
    Source source;
    CK_ULONG constant;
};

constexpr Row kRows[] = {
#define JPKI_ATTRIBUTE(type, kinds, source, constant) {type, kinds, Source::source, constant},
#include "core/attributes.def"
#undef JPKI_ATTRIBUTE
};

Attribute known(Bytes value) { return {Attribute::State::value, std::move(value)}; }

template <class T>
Attribute scalar(T value) {
    Bytes bytes(sizeof value);
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&value), sizeof value, bytes.begin());
    return known(std::move(bytes));
}

CK_OBJECT_CLASS class_of(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::profile: return CKO_PROFILE;
        case ObjectKind::user_certificate:
        case ObjectKind::ca_certificate: return CKO_CERTIFICATE;
        case ObjectKind::public_key: return CKO_PUBLIC_KEY;
        case ObjectKind::private_key: return CKO_PRIVATE_KEY;
    }
    return CK_UNAVAILABLE_INFORMATION;
}

Attribute signing_mechanisms(bool pss) {
    Bytes list;
    for (const Mechanism& mechanism : mechanisms()) {
        if (mechanism.signs() && (pss || !mechanism.needs_pss())) append(list, scalar(mechanism.type).value);
    }
    return known(std::move(list));
}

Attribute of_certificate(const crypto::CertFacts& facts, Source source) {
    switch (source) {
        case Source::subject: return known(facts.subject);
        case Source::public_key_info: return known(facts.key->spki());
        case Source::issuer: return known(facts.issuer);
        case Source::serial_number: return known(facts.serial);
        case Source::certificate_value: return known(facts.der);
        case Source::check_value: return known(facts.check_value);
        case Source::start_date: return known(to_bytes(facts.start));
        case Source::end_date: return known(to_bytes(facts.end));
        default: return {};
    }
}

Attribute of_key(const crypto::KeyFacts& facts, Source source) {
    switch (source) {
        case Source::subject: return known(facts.subject);
        case Source::public_key_info: return known(facts.key->spki());
        case Source::modulus: return known(facts.key->modulus());
        case Source::public_exponent: return known(facts.key->exponent());
        case Source::modulus_bits: return scalar(static_cast<CK_ULONG>(facts.key->bits()));
        default: return {};
    }
}

// What only the card can tell.
Attribute loaded(const Object& object, Source source) {
    if (object.certificate) return of_certificate(*object.certificate, source);
    if (object.key) return of_key(*object.key, source);
    return {Attribute::State::not_loaded, {}};
}

Attribute value_of(const Object& object, const Row& row) {
    switch (row.source) {
        case Source::object_class: return scalar(class_of(object.kind));
        case Source::unique_id: return known(to_bytes(object.unique_id));
        case Source::boolean: return scalar(static_cast<CK_BBOOL>(row.constant));
        case Source::is_private: return scalar(static_cast<CK_BBOOL>(object.is_private ? CK_TRUE : CK_FALSE));
        case Source::always_authenticate:
            return scalar(static_cast<CK_BBOOL>(object.always_authenticate ? CK_TRUE : CK_FALSE));
        case Source::number: return scalar(row.constant);
        case Source::profile_id: return scalar(object.profile_id);
        case Source::label: return known(to_bytes(object.label));
        case Source::id: return known(object.id);
        case Source::signing_mechanisms:
            return signing_mechanisms(object.card && object.card->lists_pss().value_or(false));
        case Source::empty: return known({});
        case Source::sensitive: return {Attribute::State::sensitive, {}};
        default: return loaded(object, row.source);
    }
}

}  // namespace

Attribute attribute_of(const Object& object, CK_ATTRIBUTE_TYPE type) {
    for (const Row& row : kRows) {
        if (row.type == type && (row.kinds & bit(object.kind)) != 0) return value_of(object, row);
    }
    return {};
}

std::size_t size_of(const Object& object) {
    std::size_t total = 0;
    for (const Row& row : kRows) {
        if ((row.kinds & bit(object.kind)) != 0) total += value_of(object, row).value.size();
    }
    return total;
}

}  // namespace jpki::p11
