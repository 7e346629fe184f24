#include "core/object_store.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

std::shared_ptr<const ObjectStore> store_of(std::initializer_list<CK_OBJECT_HANDLE> handles) {
    ObjectStore::Objects objects;
    for (const CK_OBJECT_HANDLE handle : handles) {
        Object object;
        object.handle = handle;
        objects.push_back(std::make_shared<const Object>(std::move(object)));
    }
    return std::make_shared<const ObjectStore>(std::move(objects));
}

TEST(ObjectStore, FindsByHandle) {
    const auto store = store_of({3, 5});
    ASSERT_NE(store->find(5), nullptr);
    EXPECT_EQ(store->find(5)->handle, 5U);
    EXPECT_EQ(store->find(4), nullptr);
    EXPECT_EQ(store->find(0), nullptr);
    EXPECT_EQ(ObjectStore().find(1), nullptr);
}

TEST(ObjectStore, AChangeMakesANewSnapshotAndLeavesTheOldOne) {
    const auto before = store_of({1, 2, 3});
    const auto kept = before->find(1);
    const auto after = before->with([](Object& object) {
        object.label = "changed";
        return object.handle != 2;
    });
    ASSERT_EQ(after->objects().size(), 2U);
    EXPECT_EQ(after->objects()[0]->handle, 1U);
    EXPECT_EQ(after->objects()[1]->handle, 3U);
    EXPECT_EQ(after->find(1)->label, "changed");
    EXPECT_EQ(before->objects().size(), 3U);
    EXPECT_EQ(kept->label, "");
    EXPECT_NE(before->find(2), nullptr);
}

TEST(ObjectStore, HandlesNeverRepeat) {
    const CK_OBJECT_HANDLE first = new_object_handle();
    EXPECT_NE(first, CK_INVALID_HANDLE);
    EXPECT_EQ(new_object_handle(), first + 1);
}

}  // namespace
}  // namespace jpki::p11
