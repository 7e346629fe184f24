#include "document/input.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "text/failure.hpp"

namespace jpki::app {
namespace {

namespace fs = std::filesystem;

class InputTest : public ::testing::Test {
  protected:
    InputTest() {
        std::string name = fs::temp_directory_path() / "jpki-input.XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~InputTest() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] std::string file(const std::string& contents) const {
        std::ofstream(at("file")) << contents;
        return at("file");
    }
    static Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

    fs::path folder_;
};

TEST_F(InputTest, AnswersFromTheFileThatWasOpened) {
    Input input(file("first"));
    EXPECT_EQ(input.beginning(2).size(), 2U);
    fs::remove(at("file"));
    (void)file("other, and longer");
    EXPECT_EQ(input.all(), bytes("first"));
    EXPECT_EQ(input.digest(EVP_sha256()), digest(EVP_sha256(), {bytes("first")}));
}

TEST_F(InputTest, KeepsTheHashOfWhatItHasReadOnce) {
    const std::string path = file(std::string(1000000, 'x'));
    Input input(path);
    const Bytes before = input.digest(EVP_sha256());
    std::ofstream(path) << "changed in place";
    EXPECT_EQ(input.digest(EVP_sha256()), before);
}

TEST_F(InputTest, HashesWithSeveral) {
    const std::string text(1000000, 'x');
    Input input(file(text));
    EXPECT_EQ(input.beginning(10).size(), 10U);
    EXPECT_EQ(input.digest(EVP_sha512()), digest(EVP_sha512(), {bytes(text)}));
    EXPECT_EQ(input.digest(EVP_sha256()), digest(EVP_sha256(), {bytes(text)}));
    EXPECT_EQ(input.all(), bytes(text));
}

TEST_F(InputTest, TakesAPipe) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    const std::string text(300000, 'y');
    std::thread writer([&] { std::ofstream(at("fifo")) << text; });
    Input input(at("fifo"));
    const ByteView beginning = input.beginning(4);
    EXPECT_EQ(Bytes(beginning.begin(), beginning.end()), bytes("yyyy"));
    EXPECT_EQ(input.digest(EVP_sha256()), digest(EVP_sha256(), {bytes(text)}));
    writer.join();
    EXPECT_THROW((void)input.digest(EVP_sha512()), Failure) << "it cannot be read twice";
}

TEST_F(InputTest, HasABound) {
    Input input(file("0123456789"));
    EXPECT_EQ(input.all(10).size(), 10U);
    Input longer(at("file"));
    EXPECT_THROW((void)longer.all(9), Failure);
}

TEST_F(InputTest, RefusesWhatHasNoEnd) {
    for (const std::string& path : {std::string("/dev/zero"), folder_.string(), at("nothing")})
        EXPECT_THROW(Input{path}, Failure) << path;
}

}  // namespace
}  // namespace jpki::app
