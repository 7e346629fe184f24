// jpki/cryptoki.h is written by hand; here it is held against the headers of p11-kit and NSS, name by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "named_value.h"

namespace {

using Facts = std::map<std::string, unsigned long>;

Facts facts_of(const jpki_table& table) {
    Facts facts;
    for (std::size_t i = 0; i < table.count; ++i) {
        facts.emplace(table.rows[i].name, table.rows[i].value);
    }
    return facts;
}

struct Difference {
    std::string name;
    unsigned long ours;
    unsigned long theirs;
    bool operator==(const Difference&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Difference& difference) {
    return out << difference.name << ": ours " << difference.ours << ", theirs " << difference.theirs;
}

std::vector<Difference> differences(const Facts& ours, const Facts& theirs) {
    std::vector<Difference> found;
    for (const auto& [name, value] : theirs) {
        const auto mine = ours.find(name);
        if (mine == ours.end()) {
            ADD_FAILURE() << "jpki/cryptoki.h does not define " << name;
        } else if (mine->second != value) {
            found.push_back({name, mine->second, value});
        }
    }
    return found;
}

void report(const char* header, std::size_t compared) {
    testing::Test::RecordProperty("names_compared", static_cast<int>(compared));
    std::cout << compared << " names compared with the header of " << header << '\n';
}

// p11-kit numbers the five codes that 2.40 added after CKR_NEXT_OTP upwards from 0x1c0. The OASIS headers
// since 2.40 and NSS have 0x1b5 to 0x1b9, and so have we. Should p11-kit correct them, the rows just stop to
// differ.
bool is_known_error_of_p11kit(const Difference& difference) {
    static const std::set<std::pair<std::string, unsigned long>> known = {
        {"CKR_EXCEEDED_MAX_ITERATIONS", 0x1c0}, {"CKR_FIPS_SELF_TEST_FAILED", 0x1c1},
        {"CKR_LIBRARY_LOAD_FAILED", 0x1c2},     {"CKR_PIN_TOO_WEAK", 0x1c3},
        {"CKR_PUBLIC_KEY_INVALID", 0x1c4},
    };
    return known.count({difference.name, difference.theirs}) == 1;
}

// NSS had trust attributes of its own, in the vendors' range, long before 3.2 gave the same names to others.
bool is_vendor_attribute_of_nss(const Difference& difference) {
    return difference.name.rfind("CKA_TRUST_", 0) == 0 && (difference.theirs & 0x80000000UL) != 0;
}

}  // namespace

TEST(CryptokiHeader, AgreesWithP11KitButForItsFiveMisnumberedReturnValues) {
    const Facts theirs = facts_of(jpki_table_p11kit());
    auto found = differences(facts_of(jpki_table_ours()), theirs);
    std::erase_if(found, is_known_error_of_p11kit);
    EXPECT_THAT(found, testing::IsEmpty());
    report("p11-kit", theirs.size());
    EXPECT_GE(theirs.size(), JPKI_FLOOR_P11KIT);
}

TEST(CryptokiHeader, AgreesWithNssButForItsOwnTrustAttributes) {
    const Facts theirs = facts_of(jpki_table_nss());
    auto found = differences(facts_of(jpki_table_ours()), theirs);
    std::erase_if(found, is_vendor_attribute_of_nss);
    EXPECT_THAT(found, testing::IsEmpty());
    report("NSS", theirs.size());
    EXPECT_GE(theirs.size(), JPKI_FLOOR_NSS);
}

TEST(CryptokiHeader, HasInitializeArgsWithoutTheMemberThatNssAdds) {
    if (sizeof(void*) != 8) {
        GTEST_SKIP() << "sizes are those of LP64";
    }
    const Facts ours = facts_of(jpki_table_ours());
    EXPECT_EQ(ours.at("sizeof(CK_C_INITIALIZE_ARGS)"), 48U);
    EXPECT_EQ(jpki_nss_initialize_args_size(), 56U);
    EXPECT_EQ(facts_of(jpki_table_nss()).count("sizeof(CK_C_INITIALIZE_ARGS)"), 0U);
}

TEST(CryptokiHeader, HasEveryNameOfTheListAndTheListEveryConstantOfTheHeader) {
    const Facts ours = facts_of(jpki_table_ours());
    EXPECT_EQ(ours.size(), jpki_table_ours().count) << "a name is listed twice";
    EXPECT_GE(ours.size(), 700U);

    std::ifstream names{JPKI_NAMES_DEF};
    ASSERT_TRUE(names);
    const std::regex listed{R"(JPKI_CONSTANT\((\w+)\))"};
    for (std::string line; std::getline(names, line);) {
        std::smatch match;
        if (std::regex_match(line, match, listed)) {
            EXPECT_EQ(ours.count(match[1]), 1U) << match[1] << " is listed but not defined";
        }
    }

    std::ifstream header{JPKI_CRYPTOKI_H};
    ASSERT_TRUE(header);
    const std::regex constant{R"(#define (CK[A-Z]*_\w+) .+)"};
    for (std::string line; std::getline(header, line);) {
        std::smatch match;
        if (std::regex_match(line, match, constant) && match[1] != "CK_PTR" &&
            match[1] != "CK_DISABLE_TRUE_FALSE") {
            EXPECT_EQ(ours.count(match[1]), 1U) << match[1] << " is defined but not listed in names.def";
        }
    }
}

TEST(CryptokiHeader, CompilesAsStrictC89AndAsCxx98WithTheSameLayout) {
    const auto size = facts_of(jpki_table_ours()).at("sizeof(CK_FUNCTION_LIST_3_2)");
    EXPECT_EQ(jpki_c89_function_list_size(), size);
    EXPECT_EQ(jpki_cxx98_function_list_size(), size);
}

TEST(CryptokiHeader, YieldsToAHeaderThatWasIncludedBefore) {
    EXPECT_EQ(jpki_pin_too_weak_after_p11kit(), facts_of(jpki_table_p11kit()).at("CKR_PIN_TOO_WEAK"));
    EXPECT_EQ(jpki_initialize_args_size_after_nss(), jpki_nss_initialize_args_size());
}
