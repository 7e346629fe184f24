// Modules whose lists change between the question for their length and the answer.
#include "token/lists.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "text/failure.hpp"

namespace jpki::app {
namespace {

// One length a call; the last one stays.
class Changing {
  public:
    explicit Changing(std::vector<CK_ULONG> lengths) : lengths_(std::move(lengths)) {}

    CK_RV operator()(CK_ULONG* place, CK_ULONG& count) {
        const CK_ULONG now = lengths_.at(std::min(calls_, lengths_.size() - 1));
        ++calls_;
        const CK_ULONG room = std::exchange(count, now);
        if (place == nullptr) return CKR_OK;
        if (room < now) return CKR_BUFFER_TOO_SMALL;
        std::fill_n(place, now, 7);
        return CKR_OK;
    }
    [[nodiscard]] std::size_t calls() const { return calls_; }

  private:
    std::vector<CK_ULONG> lengths_;
    std::size_t calls_ = 0;
};

std::size_t size_of(std::vector<CK_ULONG> lengths) {
    Changing module(std::move(lengths));
    std::vector<CK_ULONG> list{1, 2, 3};
    EXPECT_EQ(ask_for(list, std::ref(module)), CKR_OK);
    EXPECT_EQ(list, std::vector<CK_ULONG>(list.size(), 7));
    return list.size();
}

TEST(Lists, AreAskedForTwice) { EXPECT_EQ(size_of({4, 4}), 4U); }

TEST(Lists, MayBeEmptyAtFirstAndAreThenNotAskedIntoNothing) {
    EXPECT_EQ(size_of({0, 4}), 0U)
        << "an empty vector would ask for the count, and four slots of number 0 be the answer";
}

TEST(Lists, MayGrow) { EXPECT_EQ(size_of({2, 4, 4, 4}), 4U); }
TEST(Lists, MayGrowAgain) { EXPECT_EQ(size_of({2, 4, 4, 6, 6, 6}), 6U); }
TEST(Lists, MayShrink) { EXPECT_EQ(size_of({4, 2}), 2U); }
TEST(Lists, MayEnd) { EXPECT_EQ(size_of({4, 0}), 0U); }
TEST(Lists, MayGrowAndThenEnd) { EXPECT_EQ(size_of({2, 4, 0}), 0U); }

TEST(Lists, ThatNeverStandStillAreGivenUp) {
    std::vector<CK_ULONG> lengths(1000);
    std::generate(lengths.begin(), lengths.end(), [n = 0UL]() mutable { return ++n; });
    Changing module(lengths);
    std::vector<CK_ULONG> list;
    EXPECT_EQ(ask_for(list, std::ref(module)), CKR_BUFFER_TOO_SMALL);
    EXPECT_TRUE(list.empty());
    EXPECT_LE(module.calls(), 20U);
}

TEST(Lists, OfImpossibleLengthAreNotBelieved) {
    std::vector<CK_ULONG> list;
    for (const CK_ULONG length : {CK_UNAVAILABLE_INFORMATION, CK_ULONG{1} << 40U}) {
        Changing module({length});
        EXPECT_EQ(ask_for(list, std::ref(module)), CKR_GENERAL_ERROR) << length;
        EXPECT_EQ(module.calls(), 1U);
    }
    const auto longer = [](CK_ULONG* place, CK_ULONG& count) -> CK_RV {
        count = place == nullptr ? 2 : 3;  // than there was room for
        return CKR_OK;
    };
    EXPECT_EQ(ask_for(list, longer), CKR_GENERAL_ERROR);
    EXPECT_TRUE(list.empty());
}

TEST(Lists, PassOnWhatTheModuleSays) {
    std::vector<CK_ULONG> list;
    const auto gone = [](CK_ULONG* place, CK_ULONG& count) -> CK_RV {
        count = 2;
        return place == nullptr ? CKR_OK : CKR_DEVICE_REMOVED;
    };
    EXPECT_EQ(ask_for(list, gone), CKR_DEVICE_REMOVED);
    EXPECT_TRUE(list.empty());
}

// --- the same by a module (changing_module.cpp), in what `jpki` asks one

class ChangingModule : public ::testing::Test {
  protected:
    static void lengths(const char* all) { (void)::setenv("JPKI_TEST_LENGTHS", all, 1); }
    static Bytes numbers(std::uint8_t last) {
        Bytes all(last);
        std::iota(all.begin(), all.end(), std::uint8_t{1});
        return all;
    }
    static SecretBytes nobody() { throw std::logic_error("no PIN is needed"); }
};

TEST_F(ChangingModule, HasTheSlotsOfItsLastAnswer) {
    const std::vector<CK_SLOT_ID> two{1, 2};
    for (const char* all : {"2,2", "4,2", "1,2,2,2", "1,3,2"}) {
        lengths(all);
        EXPECT_EQ(Module(JPKI_CHANGING_MODULE).slots(), two) << all;
    }
    for (const char* all : {"0", "0,4", "4,0", "2,4,0"}) {
        lengths(all);
        EXPECT_TRUE(Module(JPKI_CHANGING_MODULE).slots().empty()) << all;
    }
    lengths("0xFFFFFFFFFFFFFFFF");
    EXPECT_THROW((void)Module(JPKI_CHANGING_MODULE).slots(), Failure);
}

TEST_F(ChangingModule, HasAttributesAndSignaturesOfItsLastAnswer) {
    for (const auto& [all, last] :
         {std::pair("3,3", 3), {"5,3", 3}, {"1,3,3", 3}, {"1,2,3,3", 3}, {"0,3", 0}, {"3,0", 0}}) {
        lengths(all);
        const Module module(JPKI_CHANGING_MODULE);
        const Session session(module, 1);
        EXPECT_EQ(session.attribute(1, CKA_VALUE), numbers(static_cast<std::uint8_t>(last))) << all;
    }
    for (const auto& [all, last] : {std::pair("3,3", 3), {"5,3", 3}, {"1,3,3,3", 3}}) {
        lengths(all);
        const Module module(JPKI_CHANGING_MODULE);
        const Session session(module, 1);
        EXPECT_EQ(session.sign({1, 2}, nobody), numbers(static_cast<std::uint8_t>(last))) << all;
    }
    lengths("0xFFFFFFFFFFFFFFFF");
    const Module module(JPKI_CHANGING_MODULE);
    EXPECT_EQ(Session(module, 1).attribute(1, CKA_VALUE), std::nullopt) << "it is not to be had";
}

TEST_F(ChangingModule, TellsItsObjectsInPieces) {
    lengths("1");
    const Module module(JPKI_CHANGING_MODULE);
    EXPECT_EQ(Session(module, 1).find(CKO_CERTIFICATE).size(), 21U);
}

}  // namespace
}  // namespace jpki::app
