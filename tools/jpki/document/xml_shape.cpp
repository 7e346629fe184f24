#include "document/xml_shape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace jpki::app {

namespace {

constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

enum class Inside : std::uint8_t { elements, nothing, base64, name };

// An element in its place. Where `most` of it may be.
struct Row {
    std::string_view parent;
    std::string_view name;
    std::string_view space;
    Inside inside;
    std::array<std::string_view, 3> attributes;
    int most;
};

constexpr int kAnyNumber = 1000;

constexpr auto kRows = std::to_array<Row>({
    {"Signature", "SignedInfo", kDsig, Inside::elements, {"Id"}, 1},
    {"Signature", "SignatureValue", kDsig, Inside::base64, {"Id"}, 1},
    {"Signature", "KeyInfo", kDsig, Inside::elements, {"Id"}, 1},
    {"SignedInfo", "CanonicalizationMethod", kDsig, Inside::elements, {"Algorithm"}, 1},
    {"SignedInfo", "SignatureMethod", kDsig, Inside::nothing, {"Algorithm"}, 1},
    {"SignedInfo", "Reference", kDsig, Inside::elements, {"Id", "URI", "Type"}, 1},
    {"CanonicalizationMethod", "InclusiveNamespaces", kExclusive, Inside::nothing, {"PrefixList"}, 1},
    {"Reference", "Transforms", kDsig, Inside::elements, {}, 1},
    {"Reference", "DigestMethod", kDsig, Inside::nothing, {"Algorithm"}, 1},
    {"Reference", "DigestValue", kDsig, Inside::base64, {}, 1},
    {"Transforms", "Transform", kDsig, Inside::elements, {"Algorithm"}, 4},
    {"Transform", "InclusiveNamespaces", kExclusive, Inside::nothing, {"PrefixList"}, 1},
    {"KeyInfo", "KeyValue", kDsig, Inside::elements, {}, 1},
    {"KeyInfo", "X509Data", kDsig, Inside::elements, {}, kAnyNumber},
    {"KeyValue", "RSAKeyValue", kDsig, Inside::elements, {}, 1},
    {"RSAKeyValue", "Modulus", kDsig, Inside::base64, {}, 1},
    {"RSAKeyValue", "Exponent", kDsig, Inside::base64, {}, 1},
    {"X509Data", "X509Certificate", kDsig, Inside::base64, {}, kAnyNumber},
    {"X509Data", "X509CRL", kDsig, Inside::base64, {}, kAnyNumber},
    {"X509Data", "X509SKI", kDsig, Inside::base64, {}, kAnyNumber},
    {"X509Data", "X509SubjectName", kDsig, Inside::name, {}, kAnyNumber},
    {"X509Data", "X509IssuerSerial", kDsig, Inside::elements, {}, kAnyNumber},
    {"X509IssuerSerial", "X509IssuerName", kDsig, Inside::name, {}, 1},
    {"X509IssuerSerial", "X509SerialNumber", kDsig, Inside::name, {}, 1},
});
constexpr Row kSignature{{}, "Signature", kDsig, Inside::elements, {"Id"}, 1};

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_base64(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

// A distinguished name as RFC 4514 writes it, or a serial number: one line.
bool fits(Inside inside, std::string_view text) {
    constexpr std::size_t kLongestName = 1000;
    switch (inside) {
        case Inside::base64:
            return std::ranges::all_of(text, [](char c) { return is_blank(c) || is_base64(c); });
        case Inside::name: return text.size() <= kLongestName && text.find('\n') == std::string_view::npos;
        case Inside::elements:
        case Inside::nothing: break;
    }
    return std::ranges::all_of(text, is_blank);
}

bool has_only_its_attributes(const xmlNode* element, const Row& row) {
    for (const xmlAttr* attribute = element->properties; attribute != nullptr; attribute = attribute->next)
        if (attribute->ns != nullptr ||
            std::ranges::find(row.attributes, view(attribute->name)) == row.attributes.end())
            return false;
    return true;
}

const Row* row_of(const xmlNode* child) {
    const auto* row = std::ranges::find_if(kRows, [child](const Row& known) {
        return known.parent == view(child->parent->name) && known.name == view(child->name) &&
               child->ns != nullptr && known.space == view(child->ns->href);
    });
    return row == kRows.end() ? nullptr : row;
}

// Its own text and the number of its children; not what is in them.
bool is_closed_itself(const xmlNode* element, const Row& row) {
    if (!has_only_its_attributes(element, row)) return false;
    std::array<int, kRows.size()> counts{};
    for (const xmlNode* child = element->children; child != nullptr; child = child->next) {
        switch (child->type) {
            case XML_TEXT_NODE:
            case XML_CDATA_SECTION_NODE:
                if (!fits(row.inside, view(child->content))) return false;
                break;
            case XML_ELEMENT_NODE: {
                const Row* known = row.inside == Inside::elements ? row_of(child) : nullptr;
                if (known == nullptr) return false;
                if (++counts.at(static_cast<std::size_t>(known - kRows.data())) > known->most) return false;
                break;
            }
            // Comments and processing instructions are content, too, for those who look for it.
            default: return false;
        }
    }
    return true;
}

}  // namespace

bool is_closed(const xmlNode* signature) {
    if (!is_closed_itself(signature, kSignature)) return false;
    // The rows have no cycle, so this goes no deeper than they do: five levels.
    for (const xmlNode* node = signature->children; node != nullptr;) {
        if (node->type == XML_ELEMENT_NODE) {
            if (!is_closed_itself(node, *row_of(node))) return false;
            if (node->children != nullptr) {
                node = node->children;
                continue;
            }
        }
        while (node != signature && node->next == nullptr)
            node = node->parent;
        node = node == signature ? nullptr : node->next;
    }
    return true;
}

}  // namespace jpki::app
