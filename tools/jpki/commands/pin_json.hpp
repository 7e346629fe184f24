// A token's PIN as every command tells it to programs.
#pragma once

#include "common/json.hpp"
#include "token/holder.hpp"

namespace jpki::app {

// Tries and length, added to what is there.
void add_pin(Json& json, const Token& token);

}  // namespace jpki::app
