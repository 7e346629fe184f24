#include "commands/pin_json.hpp"

namespace jpki::app {

void add_pin(Json& json, const Token& token) {
    const auto left = token.tries_left();
    json["tries_left"] = left ? Json(*left) : Json(nullptr);
    json["tries_max"] = token.status ? Json(token.status->ulMaxTries) : Json(nullptr);
    json["locked"] = token.locked();
    json["length"] = {{"min", token.shortest_pin}, {"max", token.longest_pin}};
}

}  // namespace jpki::app
