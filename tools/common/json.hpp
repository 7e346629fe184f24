// Answers for programs: values, made to be written. Their text is always UTF-8, whatever came from cards,
// files or readers, and harmless where it is read on a screen. Whoever writes JSON goes through this; it
// reads none. (The library that writes it is included by json.cpp alone: it takes seconds to compile.)
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace jpki::app {

class Json {
  public:
    Json(std::nullptr_t = nullptr) {}
    template <std::same_as<bool> T>
    Json(T value) : kind_(Kind::word), text_(value ? "true" : "false") {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Json(T value) : kind_(Kind::word), text_(std::to_string(value)) {}
    // With one decimal.
    Json(double value);
    Json(const char* text) : kind_(Kind::text), text_(text) {}
    Json(std::string_view text) : kind_(Kind::text), text_(text) {}
    Json(std::string text) : kind_(Kind::text), text_(std::move(text)) {}
    Json(const std::vector<std::string>& texts);
    // An object where each item is a pair of a text and a value, else an array.
    Json(std::initializer_list<Json> items);

    static Json array(std::initializer_list<Json> items = {});
    static Json object() { return Json(Kind::object); }

    // The value with this key, null where it is new; what was null becomes an object.
    Json& operator[](std::string_view key);
    void push_back(Json item) { items_.push_back(std::move(item)); }
    // Takes over all values of an object.
    void update(const Json& object);
    // Of an array or an object.
    [[nodiscard]] const std::vector<Json>& items() const { return items_; }
    [[nodiscard]] bool empty() const { return items_.empty(); }
    // Of a text.
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    friend class JsonWriter;
    enum class Kind : unsigned char { word, text, array, object };
    explicit Json(Kind kind) : kind_(kind) { text_.clear(); }
    [[nodiscard]] bool is_pair() const;

    Kind kind_ = Kind::word;
    std::string text_ = "null";  // of a word as it is written
    std::vector<std::string> keys_;
    std::vector<Json> items_;
};

// With its end of line; an indent of -1: all of it in that line. What nobody would see stands as \uXXXX,
// which means the same; bytes that are not UTF-8 become the text "\xNN".
std::string json_text(const Json& json, int indent = 2);

}  // namespace jpki::app
