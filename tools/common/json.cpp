#include "common/json.hpp"

#include <fmt/format.h>

#include <algorithm>

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

// What has to be escaped in a string of JSON (RFC 8259 §7).
std::string quoted(std::string_view text) {
    std::string line = "\"";
    for (const char one : utf8(text)) {
        switch (one) {
            case '"': line += "\\\""; break;
            case '\\': line += "\\\\"; break;
            case '\b': line += "\\b"; break;
            case '\f': line += "\\f"; break;
            case '\n': line += "\\n"; break;
            case '\r': line += "\\r"; break;
            case '\t': line += "\\t"; break;
            default:
                if (static_cast<unsigned char>(one) < 0x20) {
                    line += fmt::format("\\u{:04x}", static_cast<unsigned>(one));
                } else {
                    line += one;
                }
        }
    }
    return line + "\"";
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
    explicit JsonWriter(int indent) : indent_(indent) {}

    void write(const Json& json, int depth) {
        switch (json.kind_) {
            case Json::Kind::word: text += json.text_; break;
            case Json::Kind::text: text += quoted(json.text_); break;
            case Json::Kind::array: write_items(json, "[]", depth); break;
            case Json::Kind::object: write_items(json, "{}", depth); break;
        }
    }

    std::string text;

  private:
    void write_items(const Json& json, const char* brackets, int depth) {
        text += brackets[0];
        for (std::size_t i = 0; i < json.items_.size(); ++i) {
            if (i > 0) text += ',';
            begin_line(depth + 1);
            if (json.kind_ == Json::Kind::object) text += quoted(json.keys_[i]) + (indent_ < 0 ? ":" : ": ");
            write(json.items_[i], depth + 1);
        }
        if (!json.items_.empty()) begin_line(depth);
        text += brackets[1];
    }
    void begin_line(int depth) {
        if (indent_ >= 0) text.append("\n").append(static_cast<std::size_t>(indent_ * depth), ' ');
    }

    int indent_;
};

std::string json_text(const Json& json, int indent) {
    JsonWriter writer(indent);
    writer.write(json, 0);
    // Outside of its strings JSON has nothing that would have to be escaped, but ends of lines.
    std::string text;
    text.reserve(writer.text.size() + 1);
    char before = '\0';
    for (std::string_view rest = writer.text; !rest.empty();) {
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
