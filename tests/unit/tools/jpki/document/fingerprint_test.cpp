#include "document/fingerprint.hpp"

#include <gtest/gtest.h>

#include "document/ca.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {
namespace {

constexpr const char* kSha1 = "35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE";
constexpr const char* kSha256 = "19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355";

struct Way {
    const char* pasted;
    const char* digits;
};

// Each with where it is met.
const Way kWays[] = {
    {"(sha1):35C4 C9ED D1BF 6D48 0FDB 00C6 CEA0 3E3C C67A 13BE", kSha1},  // a prefecture's page
    {"（ｓｈａ１）：３５Ｃ４　Ｃ９ＥＤ　Ｄ１ＢＦ　６Ｄ４８　０ＦＤＢ　００Ｃ６　ＣＥＡ０　３Ｅ３Ｃ　Ｃ６７Ａ"
     "　１３ＢＥ",
     kSha1},
    {"SHA1 Fingerprint=35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE", kSha1},  // openssl x509
    {"sha1 Fingerprint=35:c4:c9:ed:d1:bf:6d:48:0f:db:00:c6:ce:a0:3e:3c:c6:7a:13:be\n", kSha1},
    {"SHA1(ca.cer)= 35c4c9edd1bf6d480fdb00c6cea03e3cc67a13be", kSha1},  // openssl dgst
    {"SHA2-256(sha1.cer)= 19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355", kSha256},
    {"SHA256 (ca.cer) = 19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355", kSha256},  // BSD
    {"35c4c9edd1bf6d480fdb00c6cea03e3cc67a13be  ca.cer", kSha1},                            // sha1sum
    {"19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355 *ca.cer", kSha256},  // sha256sum -b
    {"sha1:35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", kSha1},                               // certtool
    {"0x35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", kSha1},
    {"0x35, 0xC4, 0xC9, 0xED, 0xD1, 0xBF, 0x6D, 0x48, 0x0F, 0xDB, 0x00, 0xC6, 0xCE, 0xA0, 0x3E, 0x3C, 0xC6, "
     "0x7A, 0x13, 0xBE",
     kSha1},
    {R"(\x35\xC4\xC9\xED\xD1\xBF\x6D\x48\x0F\xDB\x00\xC6\xCE\xA0\x3E\x3C\xC6\x7A\x13\xBE)", kSha1},
    {"SHA-256 19645405 A1FE1437 7434BD55 957628AC 4038557C 542403A2 243F21C7 06FC9355", kSha256},
    {"SHA‐256：19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355", kSha256},
    {"フィンガープリント（SHA-1）： 35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", kSha1},
    {"拇印 35 c4 c9 ed d1 bf 6d 48 0f db 00 c6 ce a0 3e 3c c6 7a 13 be", kSha1},   // Windows
    {"\u200E35 c4 c9 ed d1 bf 6d 48 0f db 00 c6 ce a0 3e 3c c6 7a 13 be", kSha1},  // Windows, copied
    {"公的個人認証サービス署名用認証局: 35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", kSha1},
    {"Cert Hash(sha1): 35 c4 c9 ed d1 bf 6d 48 0f db 00 c6 ce a0 3e 3c c6 7a 13 be",
     kSha1},                                                                       // certutil of Windows
    {"SHA1: 35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE", kSha1},  // keytool
    {"SHA-1 フィンガープリント\n35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE",
     kSha1},  // Firefox
    {"SHA-1 des Zertifikats: 35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE", kSha1},
    {"Root CA: SHA1: 35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", kSha1},
    {"35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE (SHA-1)", kSha1},
    {"\"35C4 C9ED D1BF 6D48 0FDB 00C6 CEA0 3E3C C67A 13BE\"", kSha1},
    {"「35C4-C9ED-D1BF-6D48-0FDB-00C6-CEA0-3E3C-C67A-13BE」", kSha1},
    {"35C4‐C9ED‑D1BF–6D48—0FDB−00C6－CEA0ー3E3C‒C67A―13BE", kSha1},
    {"35C4\u00A0C9ED\u2009D1BF\u202F6D48\u200B0FDB\u206000C6\uFEFFCEA0\u00AD3E3C\u3000C67A\t13BE", kSha1},
    {"35C4C9EDD1BF6D480FDB\r\n00C6CEA03E3CC67A13BE\r\n", kSha1},
    {"35:C4:C9:ED:D1:BF:6D:48:0F:DB:\n    00:C6:CE:A0:3E:3C:C6:7A:13:BE", kSha1},  // broken by a mail program
    {"<35.C4.C9.ED.D1.BF.6D.48.0F.DB.00.C6.CE.A0.3E.3C.C6.7A.13.BE>.", kSha1},
};

TEST(Fingerprint, IsTakenAsPeoplePasteIt) {
    for (const Way& way : kWays) {
        try {
            EXPECT_EQ(fingerprint_digits(way.pasted), way.digits) << way.pasted;
        } catch (const Failure& failure) {
            ADD_FAILURE() << way.pasted << ": " << failure.what();
        }
    }
}

struct Mistake {
    const char* pasted;
    Text what;
    std::string sentence;
};

const Mistake kMistakes[] = {
    {"35C4 C9ED D1BF 6D48 OFDB 00C6 CEA0 3E3C C67A 13BE", Text::fingerprint_lookalike,
     say(Text::fingerprint_lookalike, 17, "O", '0')},
    {"35C4C9EDD1BF6D480FDBoo", Text::fingerprint_lookalike, say(Text::fingerprint_lookalike, 21, "o", '0')},
    {"SHA1 Fingerprint=35:C4:C9:ED:Dl", Text::fingerprint_lookalike,
     say(Text::fingerprint_lookalike, 10, "l", '1')},
    {"35C4C9EDDI", Text::fingerprint_lookalike, say(Text::fingerprint_lookalike, 10, "I", '1')},
    {"３５Ｃ４Ｃ９ＥＤＤｌ", Text::fingerprint_lookalike, say(Text::fingerprint_lookalike, 10, "l", '1')},
    {"35\u04214", Text::fingerprint_lookalike, say(Text::fingerprint_lookalike, 3, "\u0421 (U+0421)", 'C')},
    {"35C4〇", Text::fingerprint_lookalike, say(Text::fingerprint_lookalike, 5, "\u3007 (U+3007)", '0')},
    {"Prüfsumme 35:C4", Text::fingerprint_character, say(Text::fingerprint_character, 1, "P")},
    {"35C4G9", Text::fingerprint_character, say(Text::fingerprint_character, 5, "G")},
    {"35C4あ", Text::fingerprint_character, say(Text::fingerprint_character, 5, "あ")},
    {"35C4\x1B[2J", Text::fingerprint_character, say(Text::fingerprint_character, 5, "U+001B")},
    {"35C4\xC2\x9B", Text::fingerprint_character, say(Text::fingerprint_character, 5, "U+009B")},
    {"35C4\xFF\x9B", Text::fingerprint_character, say(Text::fingerprint_character, 5, "U+FFFD")},
    {"", Text::fingerprint_length, say(Text::fingerprint_length, 0)},
    {"SHA-256:", Text::fingerprint_length, say(Text::fingerprint_length, 0)},
    {"35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13B", Text::fingerprint_length, say(Text::fingerprint_length, 39)},
    {"SHA-256: 35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE", Text::fingerprint_label,
     say(Text::fingerprint_label, 64, 40)},
    {"35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE（MD5）", Text::fingerprint_label,
     say(Text::fingerprint_label, 32, 40)},
    {"MD5 Fingerprint=D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E", Text::fingerprint_md5,
     say(Text::fingerprint_md5)},
    {"SHA1 Fingerprint=35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE\n"
     "SHA256 Fingerprint=19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355",
     Text::fingerprint_several, say(Text::fingerprint_several)},
    {"Certificate fingerprints:\n\t SHA1: 35:C4:C9:ED:D1:BF:6D:48:0F:DB:00:C6:CE:A0:3E:3C:C6:7A:13:BE\n"
     "\t SHA256: 19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355",  // keytool
     Text::fingerprint_several, say(Text::fingerprint_several)},
};

TEST(Fingerprint, WhatIsNotClearIsNamedAndNeverReplaced) {
    for (const Mistake& mistake : kMistakes) {
        try {
            ADD_FAILURE() << mistake.pasted << " was taken for " << fingerprint_digits(mistake.pasted);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.what(), mistake.sentence) << mistake.pasted;
            EXPECT_EQ(failure.advice().empty(), mistake.what != Text::fingerprint_lookalike)
                << mistake.pasted;
        }
    }
}

// A wrong digit is a wrong fingerprint in whatever form it comes.
TEST(Fingerprint, NoFormOfItChangesADigit) {
    for (const Way& way : kWays) {
        std::string other = way.pasted;
        const auto last = other.find_last_of("eE5");  // of all but full-width ones
        if (other.find("Ｂ") != std::string::npos || last == std::string::npos) continue;
        if (other.ends_with(".cer")) continue;
        other[last] = '6';
        try {
            EXPECT_NE(fingerprint_digits(other), way.digits) << other;
        } catch (const Failure&) {
        }
    }
}

}  // namespace
}  // namespace jpki::app
