#include "common/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "waist/visible.hpp"

namespace jpki::app {

namespace {

std::string utf8(std::string_view text) {
    std::string valid;
    for (std::string_view rest = text; !rest.empty();) {
        const CodePoint point = code_point_of(rest);
        if (point.size == 0) {
            valid += fmt::format("\\x{:02X}", static_cast<unsigned char>(rest.front()));
        } else {
            valid += rest.substr(0, point.size);
        }
        rest.remove_prefix(std::max<std::size_t>(point.size, 1));
    }
    return valid;
}

std::string escape(char32_t value) {
    if (value < 0x10000) return fmt::format("\\u{:04X}", static_cast<unsigned>(value));
    const auto rest = static_cast<unsigned>(value) - 0x10000U;
    return fmt::format("\\u{:04X}\\u{:04X}", 0xD800U | rest >> 10U, 0xDC00U | (rest & 0x3FFU));
}

}  // namespace

Json::Json(double value) : kind_(Kind::word), text_(fmt::format("{:.1f}", value)) {}

Json::Json(const std::vector<std::string>& texts) : Json(Kind::array) {
    for (const std::string& text : texts)
        items_.emplace_back(text);
}

Json::Json(std::initializer_list<Json> items) : Json(Kind::array) {
    if (!std::ranges::all_of(items, &Json::is_pair)) {
        items_ = items;
        return;
    }
    kind_ = Kind::object;
    for (const Json& item : items)
        (*this)[item.items_.front().text_] = item.items_.back();
}

Json Json::array(std::initializer_list<Json> items) {
    Json all(Kind::array);
    all.items_ = items;
    return all;
}

bool Json::is_pair() const {
    return kind_ == Kind::array && items_.size() == 2 && items_.front().kind_ == Kind::text;
}

Json& Json::operator[](std::string_view key) {
    if (kind_ != Kind::object) *this = object();
    const auto at = std::ranges::find(keys_, key);
    if (at != keys_.end()) return items_[static_cast<std::size_t>(at - keys_.begin())];
    keys_.emplace_back(key);
    return items_.emplace_back();
}

void Json::update(const Json& object) {
    for (std::size_t i = 0; i < object.keys_.size(); ++i)
        (*this)[object.keys_[i]] = object.items_[i];
}

class JsonWriter {
  public:
    static nlohmann::ordered_json of(const Json& json) {
        switch (json.kind_) {
            case Json::Kind::word: return nlohmann::ordered_json::parse(json.text_);
            case Json::Kind::text: return utf8(json.text_);
            case Json::Kind::array: return of_array(json);
            case Json::Kind::object: return of_object(json);
        }
        return {};
    }

  private:
    static nlohmann::ordered_json of_array(const Json& json) {
        auto all = nlohmann::ordered_json::array();
        for (const Json& item : json.items_)
            all.push_back(of(item));
        return all;
    }
    static nlohmann::ordered_json of_object(const Json& json) {
        auto all = nlohmann::ordered_json::object();
        for (std::size_t i = 0; i < json.keys_.size(); ++i)
            all[utf8(json.keys_[i])] = of(json.items_[i]);
        return all;
    }
};

std::string json_text(const Json& json, int indent) {
    // Outside of its strings JSON has nothing that would have to be escaped, but ends of lines.
    const std::string dumped = JsonWriter::of(json).dump(indent);
    std::string text;
    text.reserve(dumped.size() + 1);
    char before = '\0';
    for (std::string_view rest = dumped; !rest.empty();) {
        const CodePoint point = code_point_of(rest);
        // A mark would be drawn into the quotation mark before it.
        const bool shown =
            point.value == '\n' || !(is_hidden(point.value) || (is_mark(point.value) && before == '"'));
        shown ? text.append(rest.substr(0, point.size)) : text.append(escape(point.value));
        before = rest.front();
        rest.remove_prefix(point.size);
    }
    return text + "\n";
}

}  // namespace jpki::app
