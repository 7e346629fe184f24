#include "config/config_files.hpp"

#include <unistd.h>

#include "temporary_directory.hpp"

namespace jpki::p11::testing {
namespace {

constexpr const char* kAllow = "last_try = \"allow\"\n";

class ConfigFile : public ::testing::Test {
  protected:
    // What load_config_file says: "" when it read the file, "allow" counted.
    std::string load(const std::string& path, bool required = false) {
        LoadedConfig loaded;
        load_config_file(path, required, loaded);
        if (loaded.problems.empty()) return loaded.config.last_try == LastTry::allow ? "read" : "";
        EXPECT_EQ(loaded.problems.size(), 1U);
        EXPECT_EQ(loaded.config.last_try, LastTry::refuse) << "a file that was not trusted counted";
        const std::string& message = loaded.problems.front().message;
        EXPECT_EQ(message.substr(0, path.size()), path) << "does not name the file: " << message;
        return message.substr(path.size() + 1);
    }
    TemporaryDirectory folder_;
};

TEST_F(ConfigFile, OfTheUserIsRead) {
    for (const mode_t mode : {0600U, 0644U, 0400U, 0444U, 0755U})
        EXPECT_EQ(load(folder_.write("f", kAllow, mode)), "read") << std::oct << mode;
}

TEST_F(ConfigFile, ThatOthersCanWriteIsNot) {
    for (const mode_t mode : {0620U, 0602U, 0666U, 0777U, 0660U})
        EXPECT_EQ(load(folder_.write("f", kAllow, mode)), "can be written by others, ignored (chmod go-w)");
}

TEST_F(ConfigFile, OfSomebodyElseIsNot) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    const std::string path = folder_.write("f", kAllow);
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_EQ(load(path), "belongs to somebody else, ignored");
}

TEST_F(ConfigFile, ThatIsMissingIsAProblemOnlyWhenItWasNamed) {
    EXPECT_EQ(load(folder_ / "none"), "");
    EXPECT_EQ(load(folder_ / "none", true), "cannot be opened: No such file or directory");
    EXPECT_EQ(load(folder_.write("f", kAllow) + "/below"), "cannot be opened: Not a directory");
}

TEST_F(ConfigFile, IsARegularFile) {
    constexpr const char* kNot = "is not a regular file, ignored";
    const std::string directory = folder_ / "directory";
    ASSERT_EQ(::mkdir(directory.c_str(), 0700), 0);
    EXPECT_EQ(load(directory), kNot);
    const std::string fifo = folder_ / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(load(fifo), kNot) << "and does not wait for a writer";
    EXPECT_EQ(load("/dev/zero"), kNot);
}

TEST_F(ConfigFile, MayBeALinkToATrustedOneOnly) {
    const std::string good = folder_.write("good", kAllow);
    const std::string link = folder_ / "link";
    ASSERT_EQ(::symlink(good.c_str(), link.c_str()), 0);
    EXPECT_EQ(load(link), "read");
    ASSERT_EQ(::chmod(good.c_str(), 0666), 0);
    EXPECT_EQ(load(link), "can be written by others, ignored (chmod go-w)");
    const std::string nowhere = folder_ / "nowhere";
    ASSERT_EQ(::symlink("nothing", nowhere.c_str()), 0);
    EXPECT_EQ(load(nowhere), "");
}

TEST_F(ConfigFile, HasAtMost64KiB) {
    std::string text = kAllow;
    text.resize(64UL * 1024, '\n');
    EXPECT_EQ(load(folder_.write("f", text)), "read");
    text += '\n';
    EXPECT_EQ(load(folder_.write("f", text)), "is larger than 64 KiB, ignored");
}

TEST_F(ConfigFile, ItsProblemsAreLedByNameLineAndColumn) {
    const std::string path = folder_.write("f", "\nlast_try = 1\n");
    LoadedConfig loaded;
    load_config_file(path, false, loaded);
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems[0].message, path + ":2:12: \"last_try\" takes \"refuse\" or \"allow\"");
    EXPECT_EQ(loaded.problems[0].file, path);
    EXPECT_EQ(loaded.problems[0].line, 2U);
    EXPECT_EQ(loaded.problems[0].column, 12U);
}

class LoadConfig : public ConfigFile {
  protected:
    LoadConfig() {
        for (const char* name : {"JPKI_PKCS11_CONF", "JPKI_PKCS11_LOG", "XDG_CONFIG_HOME"})
            ::unsetenv(name);
        set("HOME", folder_ / "home");
    }
    static void set(const char* name, const std::string& value) {
        ASSERT_EQ(::setenv(name, value.c_str(), 1), 0);
    }
};

TEST_F(LoadConfig, ReadsTheUsersFileUnderHome) {
    folder_.write("home/.config/jpki-pkcs11/pkcs11.conf", kAllow);
    EXPECT_EQ(load_config().config.last_try, LastTry::allow);
}

TEST_F(LoadConfig, XdgConfigHomeComesBeforeHome) {
    folder_.write("home/.config/jpki-pkcs11/pkcs11.conf", kAllow);
    folder_.write("xdg/jpki-pkcs11/pkcs11.conf", "tokens = \"both\"\n");
    set("XDG_CONFIG_HOME", folder_ / "xdg");
    const LoadedConfig loaded = load_config();
    EXPECT_EQ(loaded.config.tokens, View::both);
    EXPECT_EQ(loaded.config.last_try, LastTry::refuse);
    set("XDG_CONFIG_HOME", "relative");
    EXPECT_EQ(load_config().config.last_try, LastTry::allow) << "a relative one counts as none (XDG)";
}

TEST_F(LoadConfig, AFileNamedInTheEnvironmentReplacesTheOthers) {
    folder_.write("home/.config/jpki-pkcs11/pkcs11.conf", kAllow);
    set("JPKI_PKCS11_CONF", folder_.write("named", "tokens = \"signature\"\n"));
    const LoadedConfig loaded = load_config();
    EXPECT_EQ(loaded.config.tokens, View::signature);
    EXPECT_EQ(loaded.config.last_try, LastTry::refuse);
    EXPECT_TRUE(loaded.problems.empty());
    set("JPKI_PKCS11_CONF", folder_ / "missing");
    EXPECT_EQ(load_config().problems.size(), 1U);
}

TEST_F(LoadConfig, ALogNamedInTheEnvironmentGetsEverything) {
    folder_.write("home/.config/jpki-pkcs11/pkcs11.conf", "log_file = \"/a\"\nlog_level = \"error\"\n");
    EXPECT_EQ(load_config().config.log_file, "/a");
    EXPECT_EQ(load_config().config.log_level, LogLevel::error);
    set("JPKI_PKCS11_LOG", "/b");
    EXPECT_EQ(load_config().config.log_file, "/b");
    EXPECT_EQ(load_config().config.log_level, LogLevel::trace);
}

TEST_F(LoadConfig, SaysOfEveryValueWhereItIsFrom) {
    const std::string file = folder_.write("named", "log_level = \"error\"\ntokens = \"both\"\n");
    set("JPKI_PKCS11_CONF", file);
    set("JPKI_PKCS11_LOG", "/b");
    std::string found;
    for (const ConfigSetting& setting : load_config().settings)
        found += setting.key + "=" + setting.value + "@" + setting.from + ":" + std::to_string(setting.line) +
                 "\n";
    EXPECT_EQ(found, "log_level=error@" + file + ":1\ntokens=both@" + file +
                         ":2\nlog_file=/b@JPKI_PKCS11_LOG:0\nlog_level=trace@JPKI_PKCS11_LOG:0\n");
}

TEST_F(LoadConfig, NamesTheFilesThatItReads) {
    EXPECT_EQ(config_files(), (std::vector<std::string>{"/etc/jpki-pkcs11/pkcs11.conf",
                                                        folder_ / "home/.config/jpki-pkcs11/pkcs11.conf"}));
    set("JPKI_PKCS11_CONF", "/a");
    EXPECT_EQ(config_files(), std::vector<std::string>{"/a"});
}

TEST(SystemConfigFile, IsBelowThePrefixOfTheModuleUnlessThatIsUsr) {
    const std::string module = "/" JPKI_LIBDIR "/pkcs11/jpki-pkcs11-auth.so";
    const std::string file = "/etc/jpki-pkcs11/pkcs11.conf";
    EXPECT_EQ(system_config_file("/opt/a place" + module), "/opt/a place" + file);
    EXPECT_EQ(system_config_file("/usr/local" + module), "/usr/local" + file);
    EXPECT_EQ(system_config_file("/usr" + module), file);
    EXPECT_EQ(system_config_file(module), file);
    for (const char* elsewhere : {"", "jpki-pkcs11.so", "/src/build/dev/lib/jpki-pkcs11.so", "/usr/bin/jpki"})
        EXPECT_EQ(system_config_file(elsewhere), file) << elsewhere;
}

TEST_F(LoadConfig, WithoutAHomeThereIsNoUsersFile) {
    ::unsetenv("HOME");
    EXPECT_TRUE(load_config().problems.empty());
    set("HOME", "relative");
    EXPECT_TRUE(load_config().problems.empty());
}

}  // namespace
}  // namespace jpki::p11::testing
