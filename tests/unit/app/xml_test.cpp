#include <gtest/gtest.h>

#include "document.hpp"
#include "failure.hpp"
#include "test_signer.hpp"
#include "xml_document.hpp"

namespace jpki::app {
namespace {

const std::string kDocument =
    "<d:doc xmlns:d=\"urn:x\" b=\"2\" a=\"1\"><item>word</item><!-- note --></d:doc>";

Octets octets(const std::string& text) { return {text.begin(), text.end()}; }
std::string signed_xml(const std::string& text) {
    const Octets made = draft_xml(octets(text)).sign(test::world().signer());
    return {made.begin(), made.end()};
}

// The first fault; "" when it is right, "unreadable" when there is nothing to judge.
std::string fault_of(const std::string& text) {
    try {
        const auto verdicts = check_xml(octets(text));
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
        (void)draft_xml(octets(text));
    } catch (const Failure& failure) {
        return failure.exit();
    }
    return Exit::ok;
}

TEST(Xml, WhatIsSignedIsRightAndNamesItsSigner) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(made), "");
    EXPECT_EQ(check_xml(octets(made)).at(0).signer->sha256, test::world().certificate.sha256);
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
    signer.sign = [](const Octets& data) { return test::sign_with(test::world().authority_key.get(), data); };
    signer.authority.reset();
    const Octets made = draft_xml(octets(kDocument)).sign(signer);
    EXPECT_EQ(fault_of({made.begin(), made.end()}), "signature");
}

TEST(Xml, MoreInsideOfTheSignatureIsRefused) {
    const std::string made = signed_xml(kDocument);
    EXPECT_EQ(fault_of(with(made, "<KeyInfo>", "<Object>hidden</Object><KeyInfo>")), "part");
    EXPECT_EQ(fault_of(with(made, "<KeyInfo>", "<x xmlns='urn:x'/><KeyInfo>")), "part");
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
