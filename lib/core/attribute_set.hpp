// Which attributes an object has and what they are worth, from one table (attributes.def).
#pragma once

#include <optional>

#include "core/object.hpp"

namespace jpki::p11 {

struct Attribute {
    enum class State : std::uint8_t { absent, sensitive, not_loaded, value };
    State state = State::absent;
    Bytes value;  // as CK_ATTRIBUTE carries it
};

Attribute attribute_of(const Object& object, CK_ATTRIBUTE_TYPE type);

// Sum of the lengths of all attributes that can be told now (C_GetObjectSize).
std::size_t size_of(const Object& object);

}  // namespace jpki::p11
