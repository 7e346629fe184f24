// Makes the arguments of any of the 104 functions out of a record, by the types in its declaration, and
// looks afterwards at what the function did to them.
#pragma once

#include <algorithm>
#include <tuple>

#include "calls_world.hpp"

namespace jpki::fuzz {

// The types of functions.def as types that differ from each other, and each function's list of them.
namespace shape {
#define SHAPE(name) struct name;
// clang-format off
SHAPE(CK_VOID_PTR) SHAPE(CK_BBOOL) SHAPE(CK_FLAGS) SHAPE(CK_ULONG) SHAPE(CK_SLOT_ID)
SHAPE(CK_SESSION_HANDLE) SHAPE(CK_OBJECT_HANDLE) SHAPE(CK_USER_TYPE) SHAPE(CK_MECHANISM_TYPE)
SHAPE(CK_SESSION_VALIDATION_FLAGS_TYPE) SHAPE(CK_NOTIFY) SHAPE(CK_BYTE_PTR) SHAPE(CK_UTF8CHAR_PTR)
SHAPE(CK_ULONG_PTR) SHAPE(CK_ATTRIBUTE_PTR) SHAPE(CK_MECHANISM_PTR) SHAPE(CK_INFO_PTR)
SHAPE(CK_FUNCTION_LIST_PTR_PTR) SHAPE(CK_SLOT_ID_PTR) SHAPE(CK_SLOT_INFO_PTR) SHAPE(CK_TOKEN_INFO_PTR)
SHAPE(CK_MECHANISM_TYPE_PTR) SHAPE(CK_MECHANISM_INFO_PTR) SHAPE(CK_SESSION_HANDLE_PTR)
SHAPE(CK_SESSION_INFO_PTR) SHAPE(CK_OBJECT_HANDLE_PTR) SHAPE(CK_INTERFACE_PTR) SHAPE(CK_VERSION_PTR)
SHAPE(CK_INTERFACE_PTR_PTR) SHAPE(CK_FLAGS_PTR) SHAPE(CK_ASYNC_DATA_PTR)
// clang-format on
#undef SHAPE
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) using name = void parameters;
#include "entry/functions.def"
#undef JPKI_FUNCTION
}  // namespace shape

template <class Shape>
struct Tag {};

class Arguments {
  public:
    Arguments(World& world, const Record& record) : world_(&world), record_(record) {}

    template <class... Shapes, class... Actual>
    CK_RV call(CK_RV (*function)(Actual...), Tag<void(Shapes...)> /*shapes*/) {
        const std::tuple<Actual...> made{make(Tag<Shapes>{})...};  // in this order
        return std::apply(function, made);
    }

    // Nothing was written that must not be; to be called once, with the call's answer.
    void check(CK_RV rv) const;
    // What the world has to know of the call.
    void report(CK_RV rv) const;

  private:
    // A piece of the caller's memory, with a margin behind it that is nobody's.
    struct Block {
        std::unique_ptr<std::uint8_t[]> memory;
        std::size_t size;
        Bytes before;
        enum class Use : std::uint8_t { output, input, count } use = Use::output;
        std::size_t unit = 1;
        const CK_ULONG* count = nullptr;  // of units written, where the function tells
    };

    // --- plain values
    CK_BBOOL make(Tag<shape::CK_BBOOL>) { return record_.flags & 1U; }
    CK_FLAGS make(Tag<shape::CK_FLAGS>) const;
    CK_ULONG make(Tag<shape::CK_ULONG>);
    CK_SLOT_ID make(Tag<shape::CK_SLOT_ID>) {
        return slot_ = record_.session < 0xF0 ? record_.session % 4U : ~0UL;
    }
    CK_SESSION_HANDLE make(Tag<shape::CK_SESSION_HANDLE>) {
        return session_ = world_->session(record_.session);
    }
    CK_OBJECT_HANDLE make(Tag<shape::CK_OBJECT_HANDLE>) { return world_->object(record_.object); }
    CK_USER_TYPE make(Tag<shape::CK_USER_TYPE>) const;
    CK_MECHANISM_TYPE make(Tag<shape::CK_MECHANISM_TYPE>) const;
    CK_SESSION_VALIDATION_FLAGS_TYPE make(Tag<shape::CK_SESSION_VALIDATION_FLAGS_TYPE>) {
        return record_.flags;
    }
    CK_NOTIFY make(Tag<shape::CK_NOTIFY>) { return nullptr; }
    // --- pointers with a meaning
    CK_VOID_PTR make(Tag<shape::CK_VOID_PTR>);
    CK_BYTE_PTR make(Tag<shape::CK_BYTE_PTR>);
    CK_UTF8CHAR_PTR make(Tag<shape::CK_UTF8CHAR_PTR>);
    CK_ULONG_PTR make(Tag<shape::CK_ULONG_PTR>);
    CK_ATTRIBUTE_PTR make(Tag<shape::CK_ATTRIBUTE_PTR>);
    CK_MECHANISM_PTR make(Tag<shape::CK_MECHANISM_PTR>);
    CK_OBJECT_HANDLE_PTR make(Tag<shape::CK_OBJECT_HANDLE_PTR>) { return list<CK_OBJECT_HANDLE>(); }
    CK_SLOT_ID_PTR make(Tag<shape::CK_SLOT_ID_PTR>) {
        return is("C_WaitForSlotEvent") ? room<CK_SLOT_ID>(1) : list<CK_SLOT_ID>();
    }
    CK_MECHANISM_TYPE_PTR make(Tag<shape::CK_MECHANISM_TYPE_PTR>) { return list<CK_MECHANISM_TYPE>(); }
    CK_INTERFACE_PTR make(Tag<shape::CK_INTERFACE_PTR>) { return list<CK_INTERFACE>(); }
    CK_VERSION_PTR make(Tag<shape::CK_VERSION_PTR>);
    // --- one structure to be filled
    CK_INFO_PTR make(Tag<shape::CK_INFO_PTR>) { return room<CK_INFO>(1); }
    CK_FUNCTION_LIST_PTR_PTR make(Tag<shape::CK_FUNCTION_LIST_PTR_PTR>) {
        return room<CK_FUNCTION_LIST_PTR>(1);
    }
    CK_SLOT_INFO_PTR make(Tag<shape::CK_SLOT_INFO_PTR>) { return room<CK_SLOT_INFO>(1); }
    CK_TOKEN_INFO_PTR make(Tag<shape::CK_TOKEN_INFO_PTR>) { return room<CK_TOKEN_INFO>(1); }
    CK_MECHANISM_INFO_PTR make(Tag<shape::CK_MECHANISM_INFO_PTR>) { return room<CK_MECHANISM_INFO>(1); }
    CK_SESSION_HANDLE_PTR make(Tag<shape::CK_SESSION_HANDLE_PTR>) { return room<CK_SESSION_HANDLE>(1); }
    CK_SESSION_INFO_PTR make(Tag<shape::CK_SESSION_INFO_PTR>) { return room<CK_SESSION_INFO>(1); }
    CK_INTERFACE_PTR_PTR make(Tag<shape::CK_INTERFACE_PTR_PTR>) { return room<CK_INTERFACE_PTR>(1); }
    CK_FLAGS_PTR make(Tag<shape::CK_FLAGS_PTR>) { return room<CK_FLAGS>(1); }
    CK_ASYNC_DATA_PTR make(Tag<shape::CK_ASYNC_DATA_PTR>) { return room<CK_ASYNC_DATA>(1); }

    // Where `count` of T have room, or null where the record wants that.
    template <class T>
    T* room(std::size_t count);
    // Of some length, which the next argument tells.
    template <class T>
    T* list();
    // Memory that holds `content`; what it holds when the call begins is remembered.
    std::uint8_t* add(ByteView content, Block::Use use, std::size_t unit = 1);
    [[nodiscard]] bool next_is_null() { return ((unsigned{record_.nulls} >> (pointers_++ % 8U)) & 1U) != 0; }
    [[nodiscard]] std::size_t next_length();
    void expect_length(std::size_t length, bool input);
    [[nodiscard]] bool is(std::string_view function) const {
        return kFunctionNames[record_.function] == function;
    }

    World* world_;
    Record record_;
    std::vector<Block> blocks_;
    std::optional<std::size_t> pending_;  // the length of the buffer just made
    std::optional<std::size_t> pending_block_;
    bool pending_is_input_ = false;
    unsigned pointers_ = 0;
    unsigned buffers_ = 0;
    unsigned texts_ = 0;
    CK_SESSION_HANDLE session_ = 0;
    CK_SLOT_ID slot_ = 0;
    const CK_MECHANISM* mechanism_ = nullptr;
    CK_RSA_PKCS_PSS_PARAMS pss_{CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_C_INITIALIZE_ARGS init_{};
};

template <class T>
T* Arguments::room(std::size_t count) {
    if (next_is_null()) return nullptr;
    return reinterpret_cast<T*>(add(Bytes(count * sizeof(T), 0xA5), Block::Use::output, sizeof(T)));
}

template <class T>
T* Arguments::list() {
    constexpr std::size_t kMost = 64;
    const std::size_t count = std::min(next_length(), kMost);
    T* made = room<T>(count);
    expect_length(count, false);
    if (made == nullptr) pending_block_.reset();
    return made;
}

}  // namespace jpki::fuzz
