#include "pdf_certification.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace jpki::app {

namespace {

// Keys of the catalog that say how a signature can be checked and which PDF this is, not what is shown.
constexpr std::array<std::string_view, 3> kOfValidation{"/DSS", "/Extensions", "/Version"};

bool is_time_stamp(const PdfObject& field) {
    return field["/FT"].name() == "/Sig" && field["/V"]["/Type"].name() == "/DocTimeStamp" &&
           !field["/Kids"].is_array();
}

// Where certain changes are allowed; `list`: of fields or annotations.
enum class Place : std::uint8_t { other, catalog, form, list };

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
            const bool both = pair.then.is_indirect() && pair.now.is_indirect();
            if (both && !seen_.emplace(pair.then.id(), pair.now.id()).second) continue;
            if (pair.now.is_indirect()) pair.inside = pair.now.id();
            if (!compare(pair)) return pair.inside;
        }
        return std::nullopt;
    }

  private:
    bool compare(const Pair& pair) {
        const auto& [then, now, inside, place] = pair;
        if (then.is_stream() && now.is_stream()) {
            if (then.stream_octets() != now.stream_octets()) return false;
            pending_.push_back({then.stream_dictionary(), now.stream_dictionary(), inside});
            return true;
        }
        if (then.is_dictionary() && now.is_dictionary()) {
            push_entries(pair);
            return true;
        }
        if (then.is_array() && now.is_array()) return push_items(pair);
        return then.written_out() == now.written_out();
    }

    void push_entries(const Pair& pair) {
        std::set<std::string> keys;
        for (const PdfObject* one : {&pair.then, &pair.now})
            for (const std::string& key : one->keys())
                keys.insert(key);
        const bool page = pair.now["/Type"].name() == "/Page";
        for (const std::string& key : keys) {
            const Place place = place_of(pair.place, page, key);
            if (pair.place == Place::catalog && std::ranges::find(kOfValidation, key) != kOfValidation.end())
                continue;
            if (pair.place == Place::form && key == "/SigFlags") continue;
            if (place != Place::other && permission_ != Permission::nothing) continue;
            pending_.push_back({pair.then[key], pair.now[key], pair.inside, place});
        }
    }

    static Place place_of(Place above, bool page, const std::string& key) {
        if (above == Place::catalog && key == "/AcroForm") return Place::form;
        if ((above == Place::form && key == "/Fields") || (page && key == "/Annots")) return Place::list;
        return Place::other;
    }

    bool push_items(const Pair& pair) {
        const auto& [then, now, inside, place] = pair;
        if (then.size() != now.size() && (place != Place::list || then.size() > now.size())) return false;
        for (int i = 0; i < then.size(); ++i)
            pending_.push_back({then.at(i), now.at(i), inside});
        for (int i = then.size(); i < now.size(); ++i)
            if (!is_time_stamp(now.at(i))) return false;
        return true;
    }

    Permission permission_;
    std::vector<Pair> pending_;
    std::set<std::pair<PdfId, PdfId>> seen_;
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
