#include "hostile_variants.hpp"

#include <random>
#include <vector>

#include "der_tree.hpp"

namespace jpki::campaign {

namespace {

// Positions in TBSCertificate (RFC 5280 §4.1), after the explicit version.
enum Part : std::size_t { kVersion, kSerial, kAlgorithm, kIssuer, kValidity, kSubject, kKey, kExtensions };

using Change = std::function<void(DerNode&)>;

Variant on_bytes(std::string name, std::function<void(Bytes&)> change) {
    return {std::move(name), [change = std::move(change)](const Bytes& truth) {
                Bytes lie = truth;
                change(lie);
                return lie;
            }};
}

// The outer length bytes replaced; the rest as it was.
Variant with_header(std::string name, Bytes header) {
    return {std::move(name), [header = std::move(header)](const Bytes& truth) {
                Bytes lie = header;
                lie.insert(lie.end(), truth.begin() + 4, truth.end());
                return lie;
            }};
}

Variant on_tree(std::string name, Change change) {
    return {std::move(name), [change = std::move(change)](const Bytes& truth) {
                DerNode certificate = parse_der(truth);
                change(certificate);
                return certificate.encode();
            }};
}

Variant on_tbs(std::string name, Change change) {
    return on_tree(std::move(name),
                   [change = std::move(change)](DerNode& certificate) { change(certificate.children[0]); });
}

Variant on_part(std::string name, Part part, Change change) {
    return on_tbs(std::move(name),
                  [part, change = std::move(change)](DerNode& tbs) { change(tbs.children.at(part)); });
}

DerNode primitive(std::uint8_t tag, Bytes content) { return {tag, std::move(content), {}, std::nullopt}; }
DerNode integer(Bytes content) { return primitive(0x02, std::move(content)); }

// The key's BIT STRING with other numbers in it.
Variant with_numbers(std::string name, std::function<void(DerNode& modulus, DerNode& exponent)> change) {
    return on_part(std::move(name), kKey, [change = std::move(change)](DerNode& key) {
        Bytes& bits = key.children[1].content;
        DerNode numbers = parse_der(ByteView(bits).subspan(1));
        change(numbers.children[0], numbers.children[1]);
        const Bytes encoded = numbers.encode();
        bits.assign(1, 0);
        bits.insert(bits.end(), encoded.begin(), encoded.end());
    });
}

Bytes bytes(std::size_t size, std::uint8_t value) { return Bytes(size, value); }

Bytes random(std::size_t size, unsigned seed) {
    std::mt19937 engine(seed);
    Bytes out(size);
    for (std::uint8_t& byte : out)
        byte = static_cast<std::uint8_t>(engine());
    return out;
}

DerNode nested(std::size_t depth) {
    DerNode node{0x30, {}, {}, std::nullopt};
    for (std::size_t i = 0; i < depth; ++i)
        node = DerNode{0x30, {}, {node}, std::nullopt};
    return node;
}

std::vector<Variant> outside() {
    std::vector<Variant> out;
    out.push_back({"nothing", [](const Bytes&) { return Bytes{}; }});
    out.push_back({"one-byte", [](const Bytes&) { return Bytes{0x30}; }});
    out.push_back(with_header("indefinite", {0x30, 0x80}));
    out.push_back(with_header("length-7fffffff", {0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF}));
    out.push_back(with_header("length-ffffffff", {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}));
    out.push_back(with_header("length-of-8", {0x30, 0x88, 0, 0, 0, 0, 0, 0, 6, 0x53}));
    out.push_back(
        with_header("length-all-ones", {0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
    out.push_back(with_header("length-of-127", {0x30, 0xFF}));
    out.push_back(with_header("length-0", {0x30, 0x00}));
    out.push_back(with_header("length-ffff", {0x30, 0x82, 0xFF, 0xFF}));
    out.push_back(on_bytes("length-plus-1", [](Bytes& der) { ++der[3]; }));
    out.push_back(on_bytes("length-minus-1", [](Bytes& der) { --der[3]; }));
    out.push_back(on_bytes("length-not-minimal", [](Bytes& der) {
        der[1] = 0x83;
        der.insert(der.begin() + 2, 0);
    }));
    out.push_back(on_bytes("tag-31", [](Bytes& der) { der[0] = 0x31; }));
    out.push_back(on_bytes("tag-00", [](Bytes& der) { der[0] = 0x00; }));
    out.push_back(on_bytes("tag-long", [](Bytes& der) { der[0] = 0x3F; }));
    out.push_back(on_bytes("twice", [](Bytes& der) {
        const Bytes once = der;
        der.insert(der.end(), once.begin(), once.end());
    }));
    out.push_back(on_bytes("garbage-after", [](Bytes& der) { der.insert(der.end(), 100, 0x5A); }));
    for (const unsigned quarter : {1U, 2U, 3U})
        out.push_back(on_bytes("cut-at-" + std::to_string(25 * quarter),
                               [quarter](Bytes& der) { der.resize(der.size() * quarter / 4); }));
    out.push_back(on_bytes("cut-by-1", [](Bytes& der) { der.pop_back(); }));
    out.push_back(on_bytes("zeros", [](Bytes& der) { der.assign(der.size(), 0); }));
    out.push_back(on_bytes("ones", [](Bytes& der) { der.assign(der.size(), 0xFF); }));
    out.push_back(on_bytes("random-1", [](Bytes& der) { der = random(der.size(), 1); }));
    out.push_back(on_bytes("random-after-header", [](Bytes& der) {
        const Bytes noise = random(der.size(), 2);
        std::copy(noise.begin() + 4, noise.end(), der.begin() + 4);
    }));
    return out;
}

std::vector<Variant> inside() {
    std::vector<Variant> out;
    out.push_back(on_tbs("tbs-length-plus-1", [](DerNode& tbs) { tbs.length = Bytes{0x82, 0x05, 0x3C}; }));
    out.push_back(on_tbs("tbs-indefinite", [](DerNode& tbs) { tbs.length = Bytes{0x80}; }));
    out.push_back(on_tbs("tbs-longer-than-all", [](DerNode& tbs) { tbs.length = Bytes{0x82, 0xFF, 0xFF}; }));
    out.push_back(on_tbs("tbs-empty", [](DerNode& tbs) { tbs.children.clear(); }));
    out.push_back(on_tbs("tbs-is-a-set", [](DerNode& tbs) { tbs.tag = 0x31; }));
    out.push_back(on_tree("without-signature", [](DerNode& all) { all.children.resize(1); }));
    out.push_back(on_tbs("without-extensions", [](DerNode& tbs) { tbs.children.pop_back(); }));
    out.push_back(on_part("serial-negative", kSerial, [](DerNode& serial) { serial.content = {0x80}; }));
    out.push_back(on_part("serial-empty", kSerial, [](DerNode& serial) { serial.content.clear(); }));
    out.push_back(
        on_part("serial-4096", kSerial, [](DerNode& serial) { serial.content = bytes(4096, 0x11); }));
    out.push_back(on_part("serial-is-text", kSerial, [](DerNode& serial) { serial.tag = 0x0C; }));
    for (const auto& [name, part] : {std::pair{"issuer", kIssuer}, std::pair{"subject", kSubject}}) {
        const std::string whose = name;
        out.push_back(
            on_part(whose + "-empty", part, [](DerNode& name_node) { name_node.children.clear(); }));
        out.push_back(on_part(whose + "-60000", part, [](DerNode& name_node) {
            name_node.children = {primitive(0x0C, bytes(60000, 'A'))};
        }));
        out.push_back(on_part(whose + "-200-deep", part,
                              [](DerNode& name_node) { name_node.children = {nested(200)}; }));
    }
    out.push_back(on_part("subject-bad-utf-8", kSubject, [](DerNode& subject) {
        subject.children.back().children[0].children[1] = primitive(0x0C, {0xC3, 0x28, 0xFF, 0x00, 0xF8});
    }));
    out.push_back(on_part("validity-empty", kValidity, [](DerNode& validity) { validity.children.clear(); }));
    out.push_back(on_part("validity-is-garbage", kValidity, [](DerNode& validity) {
        for (DerNode& time : validity.children)
            time.content = random(time.content.size(), 3);
    }));
    out.push_back(on_part("validity-without-zone", kValidity, [](DerNode& validity) {
        for (DerNode& time : validity.children)
            time.content.pop_back();
    }));
    out.push_back(on_part("validity-backwards", kValidity, [](DerNode& validity) {
        validity.children = {validity.children[1], validity.children[0]};
    }));
    out.push_back(on_part("extensions-lie", kExtensions, [](DerNode& extensions) {
        extensions.children[0].length = Bytes{0x82, 0x7F, 0xFF};
    }));
    out.push_back(on_part("a-thousand-extensions", kExtensions, [](DerNode& extensions) {
        auto& list = extensions.children[0].children;
        list.resize(1000, DerNode(list[0]));
    }));
    return out;
}

std::vector<Variant> keys() {
    std::vector<Variant> out;
    out.push_back(on_part("key-empty", kKey, [](DerNode& key) { key.children.clear(); }));
    out.push_back(on_part("key-algorithm-unknown", kKey,
                          [](DerNode& key) { key.children[0].children[0].content = {0x2A, 0x03, 0x04}; }));
    out.push_back(on_part("key-says-ec", kKey, [](DerNode& key) {
        key.children[0].children[0].content = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    }));
    out.push_back(on_part("key-bits-empty", kKey, [](DerNode& key) { key.children[1].content.clear(); }));
    out.push_back(on_part("key-unused-bits", kKey, [](DerNode& key) { key.children[1].content[0] = 7; }));
    const auto modulus_is = [&out](const char* name, Bytes value) {
        out.push_back(with_numbers(
            name, [value = std::move(value)](DerNode& modulus, DerNode&) { modulus = integer(value); }));
    };
    modulus_is("modulus-0", {0});
    modulus_is("modulus-empty", {});
    modulus_is("modulus-negative", bytes(256, 0x81));
    modulus_is("modulus-512-bit", bytes(64, 0x71));
    modulus_is("modulus-16384-bit", bytes(2048, 0x71));
    out.push_back(
        with_numbers("modulus-even", [](DerNode& modulus, DerNode&) { modulus.content.back() &= 0xFEU; }));
    out.push_back(with_numbers("modulus-of-another",
                               [](DerNode& modulus, DerNode&) { modulus.content[100] ^= 0x55U; }));
    const auto exponent_is = [&out](const char* name, Bytes value) {
        out.push_back(with_numbers(
            name, [value = std::move(value)](DerNode&, DerNode& exponent) { exponent = integer(value); }));
    };
    exponent_is("exponent-0", {0});
    exponent_is("exponent-1", {1});
    exponent_is("exponent-2-64-and-1", {1, 0, 0, 0, 0, 0, 0, 0, 1});
    return out;
}

}  // namespace

std::span<const Variant> hostile_variants() {
    static const std::vector<Variant> all = [] {
        std::vector<Variant> made = outside();
        for (auto more : {inside(), keys()})
            made.insert(made.end(), more.begin(), more.end());
        return made;
    }();
    return all;
}

}  // namespace jpki::campaign
