#include <gtest/gtest.h>

#include "document/document.hpp"
#include "document/xml_document.hpp"
#include "test_signer.hpp"
#include "text/failure.hpp"

namespace jpki::app {
namespace {

const std::string kDocument =
    "<d:doc xmlns:d=\"urn:x\" b=\"2\" a=\"1\"><item>word</item><!-- note --></d:doc>";

Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }
std::string signed_xml(const std::string& text) {
    const Bytes made = draft_xml(bytes(text)).sign(test::world().signer());
    return {made.begin(), made.end()};
}

// The first fault; "" when it is right, "unreadable" when there is nothing to judge.
std::string fault_of(const std::string& text) {
    try {
        const auto verdicts = check_xml(bytes(text));
        for (const Verdict& verdict : verdicts)
            if (!verdict.right()) return verdict.faults.front().code;
        return "";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::not_verified);
        return "unreadable";
    }
}

std::string with(std::string text, const std::string& what, const std::string& other) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), other);
}

Exit exit_of(const std::string& text) {
    try {
        (void)draft_xml(bytes(text));
    } catch (const Failure& failure) {
        return failure.exit();
    }
    return Exit::ok;
}

TEST(Xml, WhatIsSignedIsRightAndNamesItsSigner) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(made), "");
    EXPECT_EQ(check_xml(bytes(made)).at(0).signer->sha256, test::world().certificate.sha256);
}

TEST(Xml, FormMayChangeAndContentMayNot) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(with(made, "b=\"2\" a=\"1\"", "a='1'   b='2'")), "");
    EXPECT_EQ(fault_of(with(made, "word", "lord")), "changed");
    EXPECT_EQ(fault_of(with(made, "a=\"1\"", "a=\"2\"")), "changed");
    EXPECT_EQ(fault_of(with(made, "</d:doc>", "<more/></d:doc>")), "changed");
    EXPECT_EQ(fault_of(with(made, "urn:x", "urn:y")), "changed");
}

TEST(Xml, ASignatureOfAnotherKeyIsWrong) {
    Signer signer = test::world().signer();
    signer.sign = [](const Bytes& data) { return test::sign_with(test::world().authority_key.get(), data); };
    signer.authority.reset();
    const Bytes made = draft_xml(bytes(kDocument)).sign(signer);
    EXPECT_EQ(fault_of({made.begin(), made.end()}), "signature");
}

TEST(Xml, MoreInsideOfTheSignatureIsRefused) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(with(made, "<KeyInfo>", "<Object>hidden</Object><KeyInfo>")), "part");
    EXPECT_EQ(fault_of(with(made, "<KeyInfo>", "<x xmlns='urn:x'/><KeyInfo>")), "part");
}

// Where the name in this element's start tag ends.
std::size_t name_end(const std::string& text, const std::string& element) {
    const std::string tag = "<" + element;
    std::size_t at = text.find(tag);
    while (at != std::string::npos &&
           std::string_view(" />").find(text[at + tag.size()]) == std::string_view::npos)
        at = text.find(tag, at + 1);
    EXPECT_NE(at, std::string::npos) << element;
    return at + tag.size();
}

// What is inside of the signature nobody signed, however deep it stands and whatever it is.
TEST(Xml, NothingThatNobodySignedHidesInTheSignature) {
    const std::string made = signed_xml(kDocument);
    const std::vector<std::string> elements{"Signature",    "SignedInfo",      "Transforms",    "Transform",
                                            "DigestMethod", "DigestValue",     "KeyInfo",       "X509Data",
                                            "Reference",    "X509Certificate", "SignatureValue"};
    const std::vector<std::string> contents{"<item xmlns='urn:x'>forged</item>",
                                            "forged!",
                                            "<!-- forged -->",
                                            "<?forged yes?>",
                                            "<![CDATA[forged!]]>",
                                            "<KeyName>forged</KeyName>",
                                            "<X509Data/>"};
    for (const std::string& element : elements) {
        const std::string end = "</" + element + ">";
        const bool empty = made.find(end) == std::string::npos;
        for (const std::string& content : contents) {
            if (content == "<X509Data/>" && element == "KeyInfo") continue;  // one more is no content
            std::string forged = made;
            if (empty) {
                forged.replace(made.find("/>", name_end(made, element)), 2, ">" + content + end);
            } else {
                forged.insert(made.find(end), content);
            }
            EXPECT_EQ(fault_of(forged), "part") << element << ' ' << content;
        }
        for (const char* attribute : {"onload='forged'", "xml:lang='ja'", "xmlns:f='urn:f' f:amount='1'"}) {
            std::string forged = made;
            forged.insert(name_end(made, element), std::string(" ") + attribute);
            EXPECT_EQ(fault_of(forged), "part") << element << ' ' << attribute;
        }
    }
}

TEST(Xml, WhatOtherProgramsPutIntoKeyInfoIsNoFault) {
    const std::string made = signed_xml(kDocument);
    for (const char* more :
         {"<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>",
          "<X509Data><X509SubjectName>CN=a,O=b,C=JP</X509SubjectName></X509Data>",
          "<X509Data><X509IssuerSerial><X509IssuerName>OU=c,O=JPKI,C=JP</X509IssuerName>"
          "<X509SerialNumber>42</X509SerialNumber></X509IssuerSerial></X509Data>",
          "<X509Data>\n  <X509SKI>AQAB</X509SKI>\n</X509Data>"})
        EXPECT_EQ(fault_of(with(made, "<KeyInfo>", std::string("<KeyInfo>") + more)), "") << more;
}

// Every certificate is a candidate, and every attempt takes the whole document.
TEST(Xml, ManySignaturesWithManyCertificatesAreNamedAsNotExamined) {
    std::string made = signed_xml("<doc>" + std::string(std::size_t{4} << 20U, 'x') + "</doc>");
    const std::size_t begin = made.find("<Signature");
    const std::size_t end = made.find("</Signature>") + 12;
    std::string other = made.substr(begin, end - begin);
    const std::size_t value = other.find("<SignatureValue>") + 30;
    other[value] = other[value] == 'A' ? 'B' : 'A';
    std::string many;
    for (int i = 0; i < 40; ++i)
        many += other;
    made.insert(end, many);
    const auto verdicts = check_xml(bytes(made));
    ASSERT_EQ(verdicts.size(), 41U);
    EXPECT_EQ(verdicts.back().faults.at(0).code, "limit");
}

TEST(Xml, ASignatureOverAPartIsNoneOverTheDocument) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(with(made, "URI=\"\"", "URI=\"#item\"")), "part");
    EXPECT_EQ(fault_of(with(made, "URI=\"\"", "")), "part");
    EXPECT_EQ(fault_of(with(made, "URI=\"\"", "URI=\"file:///etc/hostname\"")), "part");
    EXPECT_EQ(fault_of(with(made, "URI=\"\"", "URI=\"http://127.0.0.1/\"")), "part");
    EXPECT_EQ(fault_of(with(made, "xmldsig#enveloped-signature", "xmldsig#base64")), "part");
    EXPECT_EQ(fault_of(with(made, "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                            "http://www.w3.org/TR/1999/REC-xslt-19991116")),
              "part");
    // The signature moved below what is then no longer under it.
    EXPECT_EQ(fault_of("<outer>" + made.substr(made.find("<d:doc")) + "<evil/></outer>"), "changed");
}

TEST(Xml, WeakOrUnknownAlgorithmsAreRefused) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(with(made, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5")), "weak");
    EXPECT_EQ(fault_of(with(made, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                            "http://www.w3.org/2000/09/xmldsig#hmac-sha1")),
              "weak");
    EXPECT_EQ(fault_of(with(made, "http://www.w3.org/2001/04/xmlenc#sha256",
                            "http://www.w3.org/2000/09/xmldsig#sha1")),
              "weak");
}

TEST(Xml, WithoutACertificateThereIsNoSigner) {
    const std::string made = signed_xml(kDocument);
    const std::size_t begin = made.find("<KeyInfo>");
    const std::size_t end = made.find("</KeyInfo>");
    std::string bare = made;
    bare.erase(begin, end + 10 - begin);
    EXPECT_EQ(fault_of(bare), "certificate");
    EXPECT_EQ(fault_of(with(made, "<X509Certificate>MII", "<X509Certificate>AAA")), "signature");
}

TEST(Xml, DocumentTypesAreRefused) {
    EXPECT_EQ(exit_of(kDocument), Exit::ok);
    EXPECT_EQ(exit_of("<!DOCTYPE a><a/>"), Exit::failed);
    EXPECT_EQ(exit_of("<!DOCTYPE a SYSTEM \"file:///etc/hostname\"><a/>"), Exit::failed);
    EXPECT_EQ(exit_of("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><a>&e;</a>"), Exit::failed);
    EXPECT_EQ(exit_of("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1/x\"> %p;]><a/>"), Exit::failed);
    EXPECT_EQ(
        fault_of("<!DOCTYPE a>" + signed_xml("<a/>").substr(std::string("<?xml version=\"1.0\"?>\n").size())),
        "unreadable");
}

TEST(Xml, EntitiesDoNotGrow) {
    std::string bomb = "<!DOCTYPE a [<!ENTITY e0 \"xxxxxxxxxx\">";
    for (int i = 1; i < 30; ++i)
        bomb += "<!ENTITY e" + std::to_string(i) + " \"&e" + std::to_string(i - 1) + ";&e" +
                std::to_string(i - 1) + ";\">";
    EXPECT_EQ(exit_of(bomb + "]><a>&e29;</a>"), Exit::failed);
}

TEST(Xml, DepthEndsAtTheParser) {
    std::string deep;
    for (int i = 0; i < 100000; ++i)
        deep += "<a>";
    EXPECT_EQ(exit_of(deep), Exit::failed);
}

TEST(Xml, ASecondSignatureIsRefused) { EXPECT_EQ(exit_of(signed_xml(kDocument)), Exit::refused); }

TEST(Xml, NoPartOfItIsRight) {
    const std::string made = signed_xml(kDocument);
    for (std::size_t length = 0; length + 1 < made.size(); length += 37)
        EXPECT_EQ(fault_of(made.substr(0, length)), "unreadable") << length;
}

}  // namespace
}  // namespace jpki::app
