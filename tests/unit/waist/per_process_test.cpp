// What a process has one of, and that a forked child has none of it, whatever its number is.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>

#include <cerrno>
#include <functional>
#include <thread>
#include <vector>

#include "waist/per_process.hpp"

namespace {

pid_t number_of_all = 0;  // what getpid() answers, if not 0: as in pid namespaces, where every first one is 1
bool wiping_is_unknown = false;

}  // namespace

extern "C" {
pid_t __real_getpid();
pid_t __wrap_getpid() { return number_of_all != 0 ? number_of_all : __real_getpid(); }
int __real_madvise(void* at, std::size_t size, int advice);
int __wrap_madvise(void* at, std::size_t size, int advice) {
    if (advice != MADV_WIPEONFORK || !wiping_is_unknown) return __real_madvise(at, size, advice);
    errno = EINVAL;
    return -1;
}
}

namespace jpki {

namespace {

struct Thing {
    int value = 7;
};

// They give nothing back before the process ends, so they stand where a leak checker looks.
PerProcess<Thing>& fresh() {
    static std::array<PerProcess<Thing>, 8> all;
    static std::size_t used = 0;
    return all.at(used++);
}

bool holds_in_child(const std::function<bool()>& what) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(what() ? 0 : 1);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The child has nothing, then its own; so has a child of its own.
void expect_own_in_children() {
    PerProcess<Thing>& thing = fresh();
    EXPECT_EQ(thing.find(), nullptr);
    Thing& ours = thing.get();
    ours.value = 8;
    const auto begins_anew = [&thing, &ours](int mine) {
        if (thing.find() != nullptr) return false;
        Thing& own = thing.get();
        if (&own == &ours || own.value != 7) return false;
        own.value = mine;
        return thing.find() == &own && &thing.get() == &own;
    };
    EXPECT_TRUE(holds_in_child([&] {
        return begins_anew(9) && holds_in_child([&] { return begins_anew(10); }) && thing.find()->value == 9;
    }));
    EXPECT_EQ(thing.find(), &ours);
    EXPECT_EQ(ours.value, 8);
}

}  // namespace

TEST(PerProcess, IsNotTheParents) { expect_own_in_children(); }

TEST(PerProcess, IsNotTheParentsOfTheSameNumber) {
    number_of_all = 1;
    expect_own_in_children();
    number_of_all = 0;
}

TEST(PerProcess, IsToldByItsNumberWhereTheKernelWipesNothing) {
    wiping_is_unknown = true;
    expect_own_in_children();
    wiping_is_unknown = false;
}

TEST(PerProcess, IsOneForAllThreads) {
    PerProcess<Thing>& thing = fresh();
    std::vector<Thing*> found(8);
    std::vector<std::thread> threads;
    for (Thing*& one : found)
        threads.emplace_back([&thing, &one] { one = &thing.get(); });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(found, std::vector<Thing*>(found.size(), thing.find()));
}

}  // namespace jpki
