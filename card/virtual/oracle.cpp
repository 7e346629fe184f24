// See oracle.hpp. A writer for exactly this structure: numbers and booleans need no escaping.
#include "virtual/oracle.hpp"

namespace jpki::vcard {
namespace {

class JsonObject {
  public:
    JsonObject& number(const char* name, std::size_t value) { return raw(name, std::to_string(value)); }
    JsonObject& boolean(const char* name, bool value) { return raw(name, value ? "true" : "false"); }
    JsonObject& raw(const char* name, const std::string& json) {
        text_ += text_.empty() ? "{\"" : ", \"";
        text_ += name;
        text_ += "\": ";
        text_ += json;
        return *this;
    }
    std::string end() const { return text_ + "}"; }

  private:
    std::string text_;
};

std::string json(const PinOracle& pin) {
    return JsonObject()
        .number("verifies", pin.verifies)
        .number("failed", pin.failed)
        .number("blocked", pin.blocked)
        .number("queries", pin.queries)
        .number("changes", pin.changes)
        .number("tries_left", pin.tries_left)
        .number("tries_max", pin.tries_max)
        .boolean("verified", pin.verified)
        .end();
}

std::string json(const KeyOracle& key) {
    std::string by_p1 = "[";
    for (const unsigned count : key.by_p1)
        by_p1 += (by_p1.size() > 1 ? ", " : "") + std::to_string(count);
    return JsonObject()
        .number("signatures", key.signatures)
        .raw("by_p1", by_p1 + "]")
        .number("refused", key.refused)
        .end();
}

}  // namespace

std::string Oracle::to_json() const {
    return JsonObject()
        .raw("auth_pin", json(auth_pin))
        .raw("sign_pin", json(sign_pin))
        .raw("other_pins", json(other_pins))
        .raw("auth_key", json(auth_key))
        .raw("sign_key", json(sign_key))
        .raw("other_keys", json(other_keys))
        .number("selects", selects)
        .number("apdus", apdus)
        .number("power_ups", power_ups)
        .number("power_offs", power_offs)
        .number("resets", resets)
        .number("unwitnessed", unwitnessed)
        .number("faults", faults)
        .boolean("powered", powered)
        .end();
}

}  // namespace jpki::vcard
