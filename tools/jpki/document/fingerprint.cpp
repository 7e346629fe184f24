#include "document/fingerprint.hpp"

#include <algorithm>

#include "document/pasted.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kMd5 = 32;
constexpr std::size_t kSha1 = 40;
constexpr std::size_t kSha256 = 64;

// What sources write before a fingerprint, or behind it, in small letters; with the digits that the hash has.
struct Word {
    LettersView word;
    std::size_t digits = 0;
};
constexpr Word kWords[] = {
    {U"sha2-256", kSha256},
    {U"sha-256", kSha256},
    {U"sha 256", kSha256},
    {U"sha_256", kSha256},
    {U"sha256", kSha256},
    {U"sha-1", kSha1},
    {U"sha 1", kSha1},
    {U"sha_1", kSha1},
    {U"sha1", kSha1},
    {U"md-5", kMd5},
    {U"md5", kMd5},
    {U"sha-384", 96},
    {U"sha384", 96},
    {U"sha-512", 128},
    {U"sha512", 128},
    {U"fingerprints"},
    {U"fingerprint"},
    {U"thumbprint"},
    {U"certificate"},
    {U"digest"},
    {U"hash"},
    {U"value"},
    {U"x.509"},
    {U"x509"},
    {U"der"},
    {U"hex"},
    {U"is"},
    {U"フィンガープリント"},
    {U"フィンガプリント"},
    {U"サムプリント"},
    {U"ハッシュ値"},
    {U"ハッシュ"},
    {U"拇印"},
    {U"指紋"},
    {U"証明書"},
    {U"の"},
    {U"は"},
    {U"値"},
};

// A letter that belongs to words, and to no fingerprint however mistyped.
bool is_foreign(char32_t one) { return !is_digit(one) && !is_mark(one) && !resembled(one); }

// --- labels

struct Pasted {
    LettersView body;
    std::size_t announced = 0;  // digits that the label speaks of
};

// Also where nothing but marks separates the digits.
bool holds_fingerprint(LettersView text) {
    std::size_t digits = 0;
    for (const char32_t one : text) {
        if (is_digit(one)) ++digits;
        if (digits >= kSha1) return true;
        if (!is_digit(one) && !is_mark(one)) digits = 0;
    }
    return false;
}

// The first hash that is named counts; a later one may be a part of a file's name.
void cut(Pasted& pasted, std::size_t label) {
    const LettersView dropped = pasted.body.substr(0, label);
    if (holds_fingerprint(dropped)) throw Failure(Exit::usage, say(Text::fingerprint_several));
    std::size_t first = pasted.announced == 0 ? LettersView::npos : 0;
    for (const Word& row : kWords) {
        const auto at = row.digits == 0 ? LettersView::npos : dropped.find(row.word);
        if (at >= first) continue;
        first = at;
        pasted.announced = row.digits;
    }
    pasted.body.remove_prefix(label);
}

// Two letters may be one mistyped byte.
bool is_label(LettersView text) {
    return std::ranges::any_of(text, is_foreign) &&
           std::ranges::count_if(text, [](char32_t one) { return !is_digit(one) && !is_mark(one); }) > 2;
}

// Of the words before a colon the last one may be the first digits: "Fingerprint 35:C4".
bool ends_in_digits(LettersView before, LettersView behind) {
    const LettersView word = before.substr(std::min(before.find_last_of(U' ') + 1, before.size()));
    return !word.empty() && !behind.empty() && is_digit(behind.front()) &&
           std::ranges::all_of(word, is_digit);
}

// "SHA1 Fingerprint=", "SHA256 (file) = ", "name of an authority: ".
void cut_label(Pasted& pasted) {
    if (const auto equals = pasted.body.rfind(U'='); equals != LettersView::npos)
        return cut(pasted, equals + 1);
    std::size_t from = 0;
    std::size_t end = 0;
    for (std::size_t at = pasted.body.find(U':'); at != LettersView::npos;
         at = pasted.body.find(U':', from)) {
        const LettersView before = pasted.body.substr(from, at - from);
        if (is_label(before) && !ends_in_digits(before, pasted.body.substr(at + 1))) end = at + 1;
        from = at + 1;
    }
    cut(pasted, end);
}

// Words that are known, with the marks around them.
void cut_words_before(Pasted& pasted) {
    for (bool found = true; found;) {
        found = false;
        while (!pasted.body.empty() && is_mark(pasted.body.front()))
            pasted.body.remove_prefix(1);
        for (const Word& row : kWords) {
            if (!pasted.body.starts_with(row.word)) continue;
            cut(pasted, row.word.size());
            found = true;
            break;
        }
    }
}

void cut_words_behind(Pasted& pasted) {
    for (bool found = true; found;) {
        found = false;
        while (!pasted.body.empty() && is_mark(pasted.body.back()))
            pasted.body.remove_suffix(1);
        for (const Word& row : kWords) {
            if (!pasted.body.ends_with(row.word)) continue;
            if (row.digits != 0) pasted.announced = row.digits;
            pasted.body.remove_suffix(row.word.size());
            found = true;
            break;
        }
    }
}

// As sha256sum writes it: the name of the file behind two blanks, or a blank and a star.
void cut_file(Pasted& pasted) {
    const auto blank = pasted.body.find(U' ');
    if (blank != kSha1 && blank != kSha256) return;
    const LettersView rest = pasted.body.substr(blank);
    if (!std::ranges::all_of(pasted.body.substr(0, blank), is_digit)) return;
    if ((rest.starts_with(U"  ") || rest.starts_with(U" *")) && std::ranges::any_of(rest, is_foreign))
        pasted.body = pasted.body.substr(0, blank);
}

// --- digits

// The x of 0x35, where it begins a group, or of \x35, whose mark before the first digit is gone.
bool is_prefix(LettersView body, std::size_t at) {
    if (body[at] != U'x' || at == 0) return body[at] == U'x';
    return body[at - 1] == U'\\' || (body[at - 1] == U'0' && (at == 1 || !is_digit(body[at - 2])));
}

[[noreturn]] void refuse(char32_t one, std::size_t place) {
    if (const auto digit = resembled(small({one}).front()))
        throw Failure(Exit::usage, say(Text::fingerprint_lookalike, place, shown(one), *digit),
                      say(Text::fingerprint_lookalike_advice, *digit));
    throw Failure(Exit::usage, say(Text::fingerprint_character, place, shown(one)));
}

// `as_typed`: the same, in capital and small letters.
std::string digits_in(LettersView body, LettersView as_typed) {
    std::string digits;
    for (std::size_t at = 0; at < body.size(); ++at) {
        const char32_t one = body[at];
        if (is_prefix(body, at)) {
            if (at > 0 && body[at - 1] == U'0') digits.pop_back();
        } else if (is_digit(one)) {
            digits += static_cast<char>(one >= U'a' ? one - U'a' + U'A' : one);
        } else if (!is_mark(one)) {
            if (digits.size() >= kSha1 && holds_fingerprint(body.substr(at)))
                throw Failure(Exit::usage, say(Text::fingerprint_several));
            refuse(as_typed[at], digits.size() + 1);
        }
    }
    return digits;
}

}  // namespace

std::string fingerprint_digits(std::string_view pasted) {
    const Letters as_typed = letters_of(pasted);
    const Letters letters = small(as_typed);
    Pasted rest{letters};
    cut_words_before(rest);
    cut_label(rest);
    cut_words_before(rest);
    cut_file(rest);
    cut_words_behind(rest);
    const auto begin = static_cast<std::size_t>(rest.body.data() - letters.data());
    const std::string digits = digits_in(rest.body, LettersView(as_typed).substr(begin));
    if (digits.size() == kMd5) throw Failure(Exit::not_verified, say(Text::fingerprint_md5));
    if (digits.size() != kSha1 && digits.size() != kSha256)
        throw Failure(Exit::usage, say(Text::fingerprint_length, digits.size()));
    if (rest.announced != 0 && rest.announced != digits.size())
        throw Failure(Exit::usage, say(Text::fingerprint_label, rest.announced, digits.size()));
    return digits;
}

}  // namespace jpki::app
