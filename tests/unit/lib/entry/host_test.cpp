// What is known of programs by name. This one has no libnss3 in it.
#include "entry/host.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

TEST(Host, ProgramsWithOnePinForAllTokensSeeTheAuthenticationToken) {
    ASSERT_FALSE(nss_is_loaded());
    for (const char* name : {"ssh", "ssh-agent", "ssh-keygen", "p11-kit-server", "p11-kit-remote"})
        EXPECT_EQ(default_view(name), View::authentication) << name;
    for (const char* name : {"", "openssl", "p11-kit", "p11-kit-server2", "pkcs11-tool", "my-ssh"})
        EXPECT_EQ(default_view(name), View::both) << name;
}

TEST(Host, OnlySshIsBetterOffWithoutTheCaCertificates) {
    for (const char* name : {"ssh", "ssh-add", "ssh-keygen", "ssh-pkcs11-helper"})
        EXPECT_FALSE(wants_ca_certificates(name)) << name;
    for (const char* name : {"", "openssl", "p11-kit-server", "p11-kit-remote", "firefox-esr"})
        EXPECT_TRUE(wants_ca_certificates(name)) << name;
}

// A stand-in that has nothing of pkinit but what it calls itself, as the linker knows it.
TEST(Host, NoProgramShowsPkinitTheCaCertificates) {
    ASSERT_TRUE(wants_ca_certificates("krb5_child"));
    void* pkinit = ::dlopen(JPKI_PKINIT_STAND_IN, RTLD_LAZY | RTLD_LOCAL);
    ASSERT_NE(pkinit, nullptr) << ::dlerror();
    for (const char* name : {"", "kinit", "krb5_child", "login", "p11-kit-server"})
        EXPECT_FALSE(wants_ca_certificates(name)) << name;
    EXPECT_EQ(default_view("kinit"), View::both);
    (void)::dlclose(pkinit);
    EXPECT_TRUE(wants_ca_certificates("krb5_child"));
}

// A stand-in again: GnuTLS itself is met in tests/system/clients.
TEST(Host, ThreadsAreForbiddenByHabitWhereP11KitIs) {
    ASSERT_FALSE(forbids_threads_by_habit());
    void* p11_kit = ::dlopen(JPKI_P11_KIT_STAND_IN, RTLD_LAZY | RTLD_LOCAL);
    ASSERT_NE(p11_kit, nullptr) << ::dlerror();
    EXPECT_TRUE(forbids_threads_by_habit());
    EXPECT_EQ(default_view("wget"), View::both);
    (void)::dlclose(p11_kit);
    EXPECT_FALSE(forbids_threads_by_habit());
}

TEST(Host, KnowsTheNameOfTheRunningProgram) { EXPECT_EQ(program_name(), "lib_entry_test"); }

TEST(Host, AnUpgradedProgramKeepsItsName) {
    EXPECT_EQ(program_of("/usr/lib/firefox-esr/firefox-esr"), "firefox-esr");
    EXPECT_EQ(program_of("/usr/lib/firefox-esr/firefox-esr (deleted)"), "firefox-esr");
    EXPECT_EQ(program_of("/usr/libexec/p11-kit/p11-kit-server (deleted)"), "p11-kit-server");
}

}  // namespace
}  // namespace jpki::p11
