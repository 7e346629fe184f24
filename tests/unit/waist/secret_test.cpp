#include "waist/secret.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>

namespace {

// What munmap (linked through --wrap) found in the last page it was given, which lies between two guards.
struct LastRelease {
    int count = 0;
    bool all_zero = false;
    const void* page = nullptr;
};
LastRelease last_release;
bool no_more_pages = false;
// What the kernel refuses: the name of a call, or one of madvise()'s advices.
bool refuses_protection = false;
bool refuses_lock = false;
int refused_advice = -1;

}  // namespace

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's.
int __real_munmap(void* page, std::size_t size);
int __wrap_munmap(void* page, std::size_t size);
void* __real_mmap(void* at, std::size_t size, int protection, int flags, int file, off_t offset);
void* __wrap_mmap(void* at, std::size_t size, int protection, int flags, int file, off_t offset);
int __real_mprotect(void* at, std::size_t size, int protection);
int __wrap_mprotect(void* at, std::size_t size, int protection);
int __real_mlock(const void* at, std::size_t size);
int __wrap_mlock(const void* at, std::size_t size);
int __real_madvise(void* at, std::size_t size, int advice);
int __wrap_madvise(void* at, std::size_t size, int advice);

int __wrap_munmap(void* mapping, std::size_t size) {
    if (refuses_protection) return __real_munmap(mapping, size);  // nothing of it can be read
    const std::size_t page_size = size / 3;
    const auto* page = static_cast<const std::uint8_t*>(mapping) + page_size;
    const std::span<const std::uint8_t> bytes(page, page_size);
    const bool zero = std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
    last_release = {last_release.count + 1, zero, page};
    return __real_munmap(mapping, size);
}

int __wrap_mprotect(void* at, std::size_t size, int protection) {
    return refuses_protection ? -1 : __real_mprotect(at, size, protection);
}

int __wrap_mlock(const void* at, std::size_t size) { return refuses_lock ? -1 : __real_mlock(at, size); }

int __wrap_madvise(void* at, std::size_t size, int advice) {
    return refused_advice == advice ? -1 : __real_madvise(at, size, advice);
}

void* __wrap_mmap(void* at, std::size_t size, int protection, int flags, int file, off_t offset) {
    return no_more_pages ? MAP_FAILED : __real_mmap(at, size, protection, flags, file, offset);
}
// NOLINTEND(bugprone-reserved-identifier)
}

namespace jpki {
namespace {

const Bytes kPin{'1', '2', '3', '4'};

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);

template <class T>
concept Streamable = requires(std::ostream& to, const T& what) { to << what; };
static_assert(!Streamable<SecretBytes> && Streamable<int>, "a secret has no textual form");

bool is_mapped(const void* page) {
    return ::msync(const_cast<void*>(page), SecretBytes::kMaximum, MS_ASYNC) == 0 || errno != ENOMEM;
}

// The kernel's two-letter flags of the mapping that holds `address`.
std::string flags_of(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t from = 0;
        std::uintptr_t to = 0;
        char dash = 0;
        std::istringstream head(line);
        if (head >> std::hex >> from >> dash >> to && dash == '-') inside = wanted >= from && wanted < to;
        if (inside && line.starts_with("VmFlags:")) return line + " ";
    }
    return "";
}

TEST(SecretBytes, HoldsWhatItWasGiven) {
    const SecretBytes secret{ByteView(kPin)};
    EXPECT_EQ(secret.size(), 4U);
    EXPECT_FALSE(secret.empty());
    EXPECT_TRUE(equal(secret.view(), kPin));
}

TEST(SecretBytes, IsEmptyWithoutAPageByDefault) {
    no_more_pages = true;
    const SecretBytes none;
    const SecretBytes zero(0);
    const SecretBytes of_nothing{ByteView()};
    no_more_pages = false;
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE(zero.empty());
    EXPECT_TRUE(of_nothing.view().empty());
}

TEST(SecretBytes, TakesNoMoreThanTheCapacityOfItsBirth) {
    SecretBytes secret(3);
    secret.push_back('1');
    secret.append(Bytes{'2', '3'});
    EXPECT_THROW(secret.push_back('4'), std::bad_alloc);
    EXPECT_THROW(secret.append(kPin), std::bad_alloc);
    secret.append({});
    EXPECT_TRUE(equal(secret.view(), Bytes{'1', '2', '3'}));
    SecretBytes none;
    EXPECT_THROW(none.push_back('1'), std::bad_alloc);
}

TEST(SecretBytes, IsAtMostOnePage) {
    EXPECT_THROW(SecretBytes(SecretBytes::kMaximum + 1), std::bad_alloc);
    SecretBytes whole(SecretBytes::kMaximum);
    whole.append(Bytes(SecretBytes::kMaximum, 0x55));
    EXPECT_EQ(whole.size(), SecretBytes::kMaximum);
    EXPECT_THROW(whole.push_back(0), std::bad_alloc);
}

TEST(SecretBytes, ThrowsWhenThereIsNoPage) {
    no_more_pages = true;
    EXPECT_THROW(SecretBytes(4), std::bad_alloc);
    no_more_pages = false;
}

TEST(SecretBytes, ThrowsWhenThePageCannotBeOpened) {
    refuses_protection = true;
    EXPECT_THROW(SecretBytes(4), std::bad_alloc);
    refuses_protection = false;
}

TEST(SecretBytes, SaysWhatTheKernelRefuses) {
    refuses_lock = true;
    const SecretBytes unlocked{ByteView(kPin)};
    refuses_lock = false;
    EXPECT_FALSE(unlocked.secured());
    EXPECT_TRUE(equal(unlocked.view(), kPin)) << "a small limit does not keep anybody from signing";
    for (const int advice : {MADV_DONTDUMP, MADV_WIPEONFORK}) {
        refused_advice = advice;
        const SecretBytes secret{ByteView(kPin)};
        refused_advice = -1;
        EXPECT_FALSE(secret.secured()) << advice;
    }
    SecretBytes secured{ByteView(kPin)};
    EXPECT_TRUE(secured.secured());
    const SecretBytes moved(std::move(secured));
    EXPECT_TRUE(moved.secured());
}

TEST(SecretBytes, LiesBetweenGuards) {
    const SecretBytes secret{ByteView(kPin)};
    const std::uint8_t* page = secret.view().data();
    for (const std::uint8_t* beyond : {page - 1, page + ::sysconf(_SC_PAGESIZE)}) {
        const pid_t child = ::fork();
        if (child == 0) {
            (void)::signal(SIGSEGV, SIG_DFL);  // no sanitizer's report
            const volatile std::uint8_t byte = *beyond;
            ::_exit(byte);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) << "status " << status;
    }
}

TEST(SecretBytes, LivesInALockedPageOutsideCoreDumpsAndForks) {
    const SecretBytes secret{ByteView(kPin)};
    EXPECT_TRUE(secret.secured());
    const std::string flags = flags_of(secret.view().data());
    if (flags.empty()) GTEST_SKIP() << "this kernel shows no VmFlags";
    EXPECT_NE(flags.find(" dd "), std::string::npos) << "not left out of core dumps: " << flags;
    EXPECT_NE(flags.find(" wf "), std::string::npos) << "not wiped on fork: " << flags;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose mlock() does nothing
    EXPECT_NE(flags.find(" lo "), std::string::npos) << "not locked: " << flags;
#endif
}

TEST(SecretBytes, IsZeroInAForkedChild) {
    const SecretBytes secret{ByteView(kPin)};
    const pid_t child = ::fork();
    if (child == 0) {
        const bool wiped = std::ranges::all_of(secret.view(), [](std::uint8_t byte) { return byte == 0; });
        ::_exit(wiped ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "the child saw the parent's PIN";
    EXPECT_TRUE(equal(secret.view(), kPin));
}

TEST(SecretBytes, LeavesAZeroedPageAtDeath) {
    const int before = last_release.count;
    const void* page = nullptr;
    {
        const SecretBytes secret{ByteView(kPin)};
        page = secret.view().data();
        EXPECT_TRUE(is_mapped(page));
    }
    EXPECT_EQ(last_release.count, before + 1);
    EXPECT_EQ(last_release.page, page);
    EXPECT_TRUE(last_release.all_zero);
    EXPECT_FALSE(is_mapped(page));
}

TEST(SecretBytes, WipesOnDemand) {
    SecretBytes secret{ByteView(kPin)};
    const void* page = secret.view().data();
    secret.wipe();
    EXPECT_EQ(last_release.page, page);
    EXPECT_TRUE(last_release.all_zero);
    EXPECT_TRUE(secret.empty());
    EXPECT_EQ(secret.view().data(), nullptr);
    const int before = last_release.count;
    secret.wipe();
    EXPECT_EQ(last_release.count, before);
    EXPECT_THROW(secret.push_back('1'), std::bad_alloc);
}

TEST(SecretBytes, MovesItsPageWithoutACopy) {
    SecretBytes from{ByteView(kPin)};
    const void* page = from.view().data();
    const SecretBytes to(std::move(from));
    EXPECT_EQ(to.view().data(), page);
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(from.view().data(), nullptr);
    EXPECT_THROW(from.push_back('1'), std::bad_alloc);
}

TEST(SecretBytes, WipesWhatAMoveReplaces) {
    SecretBytes from{ByteView(kPin)};
    SecretBytes to{ByteView(Bytes{'9', '9'})};
    const void* old_page = to.view().data();
    const void* new_page = from.view().data();
    to = std::move(from);
    EXPECT_EQ(last_release.page, old_page);
    EXPECT_TRUE(last_release.all_zero);
    EXPECT_EQ(to.view().data(), new_page);
    EXPECT_TRUE(equal(to.view(), kPin));
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
    SecretBytes& self = to;
    to = std::move(self);
    EXPECT_TRUE(equal(to.view(), kPin));
}

TEST(SecretBytes, ClonesIntoAPageOfItsOwn) {
    SecretBytes first{ByteView(kPin)};
    SecretBytes second = first.clone();
    EXPECT_NE(first.view().data(), second.view().data());
    second.writable()[0] = '9';
    EXPECT_EQ(first.view()[0], '1');
    first.wipe();
    EXPECT_TRUE(equal(second.view(), Bytes{'9', '2', '3', '4'}));
    EXPECT_TRUE(first.clone().empty());
}

}  // namespace
}  // namespace jpki
