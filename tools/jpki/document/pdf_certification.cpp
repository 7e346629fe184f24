#include "document/pdf_certification.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace jpki::app {

namespace {

// Keys of the catalog that say how a signature can be checked and what is said about the file, not what is
// shown.
constexpr std::array<std::string_view, 4> kOfValidation{"/DSS", "/Extensions", "/Version", "/Metadata"};

bool is_time_stamp(const PdfObject& field) {
    return field["/FT"].name() == "/Sig" && field["/V"]["/Type"].name() == "/DocTimeStamp" &&
           !field["/Kids"].is_array();
}

// Where certain changes are allowed.
enum class Place : std::uint8_t { other, catalog, form, fields, annotations };

struct Pair {
    PdfObject then;
    PdfObject now;
    PdfId inside;  // the indirect object of `now` in which it stands
    Place place = Place::other;
};

class Comparison {
  public:
    Comparison(const PdfDocument& then, const PdfDocument& now, Permission permission)
        : permission_(permission), pending_{{then.root(), now.root(), {}, Place::catalog}} {}

    std::optional<PdfId> run() {
        while (!pending_.empty()) {
            Pair pair = pending_.back();
            pending_.pop_back();
            // Later revisions keep an object's number: a reference to another one is a change.
            const bool both = pair.then.is_indirect() && pair.now.is_indirect();
            if (both && pair.then.id() != pair.now.id()) return pair.inside;
            if (both && !seen_.insert(pair.now.id()).second) continue;
            if (pair.now.is_indirect()) pair.inside = pair.now.id();
            if (!compare(pair)) return pair.inside;
        }
        return std::nullopt;
    }

  private:
    bool compare(const Pair& pair) {
        const auto& [then, now, inside, place] = pair;
        if (then.is_stream() && now.is_stream()) {
            if (then.stream_bytes() != now.stream_bytes()) return false;
            pending_.push_back({then.stream_dictionary(), now.stream_dictionary(), inside});
            return true;
        }
        if (then.is_dictionary() && now.is_dictionary()) {
            push_entries(pair);
            return true;
        }
        if (then.is_array() && now.is_array()) return push_items(pair);
        if (then.is_number() && now.is_number()) return is_same(then.number(), now.number());
        return then.written_out() == now.written_out();
    }

    // As programs write them anew: 612.0 becomes 612, and a long fraction ten digits.
    static bool is_same(double then, double now) {
        constexpr double kTenDigits = 1e-9;
        return std::abs(then - now) <= kTenDigits * std::max(1.0, std::abs(then));
    }

    void push_entries(const Pair& pair) {
        std::set<std::string> keys;
        for (const PdfObject* one : {&pair.then, &pair.now})
            for (const std::string& key : one->keys())
                keys.insert(key);
        const std::string type = pair.now["/Type"].name();
        for (const std::string& key : keys) {
            const Place place = place_of(pair.place, type, key);
            if (pair.place == Place::catalog && std::ranges::find(kOfValidation, key) != kOfValidation.end())
                continue;
            if (pair.place == Place::form && key == "/SigFlags") continue;
            // Fields may be filled in, wherever else they are met: a tagged document's structure names them.
            const bool of_fields = place == Place::form || (type == "/OBJR" && key == "/Obj");
            if (of_fields && permission_ != Permission::nothing) continue;
            if (place == Place::annotations && permission_ == Permission::annotations) continue;
            pending_.push_back({pair.then[key], pair.now[key], pair.inside, place});
        }
    }

    static Place place_of(Place above, const std::string& type, const std::string& key) {
        if (above == Place::catalog && key == "/AcroForm") return Place::form;
        if (above == Place::form && key == "/Fields") return Place::fields;
        if (type == "/Page" && key == "/Annots") return Place::annotations;
        return Place::other;
    }

    // Whether it may be added to the list, or be another one than before.
    [[nodiscard]] bool is_free(const PdfObject& item) const {
        return permission_ == Permission::nothing ? is_time_stamp(item)
                                                  : item["/Subtype"].name() == "/Widget";
    }

    bool push_items(const Pair& pair) {
        const auto& [then, now, inside, place] = pair;
        const bool list = place == Place::fields || place == Place::annotations;
        if (then.size() != now.size() && (!list || then.size() > now.size())) return false;
        for (int i = 0; i < then.size(); ++i) {
            const bool filled_in =
                list && permission_ != Permission::nothing && is_free(then.at(i)) && is_free(now.at(i));
            if (!filled_in) pending_.push_back({then.at(i), now.at(i), inside});
        }
        for (int i = then.size(); i < now.size(); ++i)
            if (!is_free(now.at(i))) return false;
        return true;
    }

    Permission permission_;
    std::vector<Pair> pending_;
    std::set<PdfId> seen_;
};

}  // namespace

std::optional<Permission> certification_of(const PdfDocument& pdf) {
    const PdfObject references = pdf.root()["/Perms"]["/DocMDP"]["/Reference"];
    for (int i = 0; i < references.size(); ++i) {
        const PdfObject reference = references.at(i);
        if (reference["/TransformMethod"].name() != "/DocMDP") continue;
        switch (reference["/TransformParams"]["/P"].integer()) {
            case 1: return Permission::nothing;
            case 3: return Permission::annotations;
            default: return Permission::forms;  // what it means where it is missing
        }
    }
    return std::nullopt;
}

std::optional<PdfId> forbidden_change(const PdfDocument& then, const PdfDocument& now,
                                      Permission permission) {
    return Comparison(then, now, permission).run();
}

}  // namespace jpki::app
