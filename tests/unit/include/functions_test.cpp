// The sizes that the binary interface rests on, and functions.def against the structs of jpki/cryptoki.h.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "jpki/cryptoki.h"

namespace {

constexpr bool kLp64 = sizeof(void*) == 8 && sizeof(CK_ULONG) == 8;
static_assert(!kLp64 || sizeof(CK_FUNCTION_LIST) == 552);
static_assert(!kLp64 || sizeof(CK_FUNCTION_LIST_3_0) == 744);
static_assert(!kLp64 || sizeof(CK_FUNCTION_LIST_3_2) == 840);
static_assert(!kLp64 || sizeof(CK_INTERFACE) == 24);
static_assert(!kLp64 || sizeof(CK_C_INITIALIZE_ARGS) == 48);
static_assert(!kLp64 || sizeof(CK_ATTRIBUTE) == 24);
static_assert(!kLp64 || sizeof(CK_MECHANISM) == 24);
static_assert(!kLp64 || sizeof(CK_TOKEN_INFO) == 208);
static_assert(!kLp64 || sizeof(CK_SLOT_INFO) == 112);
static_assert(!kLp64 || sizeof(CK_INFO) == 88);
static_assert(!kLp64 || sizeof(CK_SESSION_INFO) == 32);
static_assert(!kLp64 || sizeof(CK_ASYNC_DATA) == 40);
static_assert(!kLp64 || sizeof(CK_RSA_PKCS_PSS_PARAMS) == 24);
static_assert(!kLp64 || sizeof(CK_RSA_PKCS_OAEP_PARAMS) == 40);
static_assert(sizeof(CK_ULONG) == sizeof(unsigned long) && sizeof(CK_BBOOL) == 1 && sizeof(CK_DATE) == 8);

enum class Since { v2_40, v3_0, v3_2 };

struct Row {
    std::string_view name;
    Since since;
};

constexpr std::array kRows = {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) Row{#name, Since::v##since},
#include "functions.def"
#undef JPKI_FUNCTION
};

// The parameters of each row are those of the prototype and of the pointer type ...
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    static_assert(std::is_same_v<CK_RV parameters, decltype(name)>);           \
    static_assert(std::is_same_v<CK_RV(*) parameters, CK_##name>);
#include "functions.def"
#undef JPKI_FUNCTION

// ... and its arguments pass them on in order.
struct Forward {
    const CK_FUNCTION_LIST_3_2& list;
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    [[maybe_unused]] CK_RV call_##name parameters const { return list.name arguments; }
#include "functions.def"
#undef JPKI_FUNCTION
};

#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) JPKI_SINCE_##since(name)

#define JPKI_SINCE_2_40(name) offsetof(CK_FUNCTION_LIST, name),
#define JPKI_SINCE_3_0(name)
#define JPKI_SINCE_3_2(name)
constexpr std::array kOffsets240 = {
#include "functions.def"
};

#undef JPKI_SINCE_2_40
#undef JPKI_SINCE_3_0
#define JPKI_SINCE_2_40(name) offsetof(CK_FUNCTION_LIST_3_0, name),
#define JPKI_SINCE_3_0(name) offsetof(CK_FUNCTION_LIST_3_0, name),
constexpr std::array kOffsets30 = {
#include "functions.def"
};

#undef JPKI_SINCE_2_40
#undef JPKI_SINCE_3_0
#undef JPKI_SINCE_3_2
#define JPKI_SINCE_2_40(name) offsetof(CK_FUNCTION_LIST_3_2, name),
#define JPKI_SINCE_3_0(name) offsetof(CK_FUNCTION_LIST_3_2, name),
#define JPKI_SINCE_3_2(name) offsetof(CK_FUNCTION_LIST_3_2, name),
constexpr std::array kOffsets32 = {
#include "functions.def"
};
#undef JPKI_FUNCTION

template <std::size_t Size>
void expect_one_pointer_after_the_other(const std::array<std::size_t, Size>& offsets) {
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        EXPECT_EQ(offsets.at(i), sizeof(void*) + sizeof(void*) * i)
            << "row " << i << ", " << kRows.at(i).name;
    }
}

}  // namespace

TEST(FunctionsDef, HasSixtyEightThenTwentyFourThenTwelveRows) {
    ASSERT_EQ(kRows.size(), 104U);
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        const Since expected = i < 68 ? Since::v2_40 : i < 68 + 24 ? Since::v3_0 : Since::v3_2;
        EXPECT_EQ(kRows.at(i).since, expected) << kRows.at(i).name;
    }
}

TEST(FunctionsDef, HasTheOrderOfEachFunctionListAndNoPointerIsMissing) {
    static_assert(kOffsets240.size() == 68 && kOffsets30.size() == 92 && kOffsets32.size() == 104);
    expect_one_pointer_after_the_other(kOffsets240);
    expect_one_pointer_after_the_other(kOffsets30);
    expect_one_pointer_after_the_other(kOffsets32);
    EXPECT_EQ(sizeof(CK_FUNCTION_LIST), sizeof(void*) * (1 + kOffsets240.size()));
    EXPECT_EQ(sizeof(CK_FUNCTION_LIST_3_0), sizeof(void*) * (1 + kOffsets30.size()));
    EXPECT_EQ(sizeof(CK_FUNCTION_LIST_3_2), sizeof(void*) * (1 + kOffsets32.size()));
}

TEST(FunctionsDef, EndsWithAuthenticatedWrappingAsThePublishedHeaderDoes) {
    EXPECT_EQ(kRows.at(102).name, "C_WrapKeyAuthenticated");
    EXPECT_EQ(kRows.at(103).name, "C_UnwrapKeyAuthenticated");
}
