// Answers for programs, as text: always UTF-8, whatever came from cards, files or readers, and harmless where
// it is read on a screen. Whoever writes JSON goes through this.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace jpki::app {

using Json = nlohmann::ordered_json;

// With its end of line; an indent of -1: all of it in that line. What nobody would see stands as \uXXXX,
// which means the same; octets that are not UTF-8 become the text "\xNN".
std::string json_text(const Json& json, int indent = 2);

}  // namespace jpki::app
