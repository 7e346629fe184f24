// A file may be anything, and is read by whatever program loads us, on whatever stack: what it nests is
// bounded before toml++ sees it, and what only looks like nesting is not.
#include "config/depth.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <string>
#include <vector>

#include "config/config.hpp"

namespace jpki::p11 {
namespace {

std::string times(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

// Names and dots, as many as a file of 64 KiB has room for.
std::string path(std::size_t count, const std::string& name = "a") {
    return times(count - 1, name + ".") + name;
}

std::vector<std::string> deep(std::size_t count) {
    const std::string key = path(count) + " = 1";
    return {
        key,
        path(count, "a ") + "= 1",
        path(count, "\"\"") + " = 1",
        path(count, "'a.b'") + " = 1",
        "[" + path(count) + "]\nb = 1\n",
        "[[" + path(count) + "]]\n",
        "[ " + path(count, "\"a\\\"]\"") + " ]\n",
        "a = " + times(count, "[") + times(count, "]"),
        "a = " + times(count, "{a=") + "1" + times(count, "}"),
        "a = " + times(count, "[{a=") + "1" + times(count, "}]"),
        "a = {" + key + "}",
        "a = {b = 1, " + key + "}",
        "a = [\n  1, # ]\n" + times(count, "[\n"),
        "[" + path(count / 2) + "]\n" + path(count / 2 + 1) + " = 1\n",
        // After what may hide it.
        "# it's \"\n" + key,
        "a = \"#\"\n" + key,
        "a = '\\'\n" + key,
        "a = \"\\\"\"\n" + key,
        "a = \"\\\\\"\n" + key,
        "a = \"\"\n" + key,
        "a = ''\n" + key,
        "a = \"\"\"\n'''\"\\\"\"\"\" #\n" + key,
        "a = {b = \"\"\"b\"\"\"\", " + key + "}",
        "a = {b = '''b''''', " + key + "}",
        "a = \"\"\"\"\"\"\n" + key,
        "a = 1979-05-27T07:32:00.5Z\n" + key,
        "\r\n" + key,
    };
}

const std::vector<std::string> kFlat{
    "",
    "labels = \"" + path(100) + "\"",
    "labels = '" + times(100, "[{") + "'",
    "labels = \"\"\"" + times(100, "[\n{.") + "\"\"\"",
    "labels = '''" + times(100, "[\n\".") + "'''\nlast_try = \"allow\"",
    "# " + times(100, "[{.") + "\nlabels = \"ja\"",
    "a = [" + times(100, "1.5, ") + "]",
    "a = [" + times(100, "{b.c = 1.5}, ") + "]",
    "a = [" + times(100, "[1.5, 2.5],\n") + "]",
    times(100, "a.b.c = 1.5\n"),
    times(100, "[a.b]\nc.d = { e.f = [ 1.5 ] }\n"),
    "[application.\"" + path(100) + "\"]\nlabels = \"ja\"",
    "['" + path(100) + "'.b]\n",
};

TEST(Depth, OfAFileIsBounded) {
    for (const std::size_t count : {kMaximumDepth + 2, std::size_t{2000}})
        for (const std::string& text : deep(count))
            EXPECT_TRUE(too_deep(text)) << text.substr(0, 200);
}

TEST(Depth, IsNotWhatOnlyLooksLikeIt) {
    for (const std::string& text : kFlat)
        EXPECT_FALSE(too_deep(text)) << text.substr(0, 200);
}

TEST(Depth, IsToldByItsPlace) {
    const auto place = too_deep("labels = \"ja\"\n  " + path(kMaximumDepth + 2) + " = 1");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->line, 2U);
    EXPECT_EQ(place->column, 3U + 2 * (kMaximumDepth + 1) - 1);
}

TEST(Depth, IsAProblemAndNothingOfTheFileCounts) {
    Config config;
    const auto problems = read_config("last_try = \"allow\"\n" + path(30000) + " = 1", config, "");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].mistake, ConfigMistake::too_deep);
    EXPECT_EQ(problems[0].line, 2U);
    EXPECT_EQ(problems[0].message, "nested more than 16 deep, ignored");
    EXPECT_EQ(config.last_try, LastTry::refuse);
}

// As small as hosts make them: musl's default, and what Java may be told. Sanitizers and compilers that do
// not optimise need several times as much.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr std::size_t kStack = 1024UL * 1024;
#else
constexpr std::size_t kStack = 128UL * 1024;
#endif

void* read_all(void* /*unused*/) {
    for (const std::size_t count :
         {kMaximumDepth / 2, kMaximumDepth - 4, kMaximumDepth + 1, std::size_t{8000}, std::size_t{30000}}) {
        for (const std::string& text : deep(count)) {
            Config config;
            (void)read_config(text, config, "");
        }
    }
    return nullptr;
}

TEST(Depth, NeedsNoMoreStackThanASmallThreadHas) {
    pthread_attr_t attributes;
    pthread_t thread{};
    ASSERT_EQ(::pthread_attr_init(&attributes), 0);
    ASSERT_EQ(::pthread_attr_setstacksize(&attributes, kStack), 0);
    ASSERT_EQ(::pthread_create(&thread, &attributes, &read_all, nullptr), 0);
    EXPECT_EQ(::pthread_join(thread, nullptr), 0);
    (void)::pthread_attr_destroy(&attributes);
}

}  // namespace
}  // namespace jpki::p11
