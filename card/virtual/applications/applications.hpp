// Makes a My Number Card's applications besides JPKI, each in a file of its own: what they hold, and what
// opens what, is what github soltia48/myna-card measured on cards (docs/cards.md). Called by image_maker.cpp
// only. The persons are invented; where nobody knows what stands in a place, something of the right shape
// does.
#pragma once

#include <string>

#include "virtual/applications/objects.hpp"
#include "virtual/applications/printed.hpp"
#include "virtual/image/file_rows.hpp"

namespace jpki::vcard {

// What one card's applications have in common.
struct Surface {
    Person person;
    Printed printed;
    // Of the test PKI, in the place of the key that verifiers know.
    RsaKey authority;
    // Issues for all cards of a town: it signs what the files hold.
    RsaKey municipality = RsaKey::generate();

    Bytes municipality_id() const { return key_id(printed.municipality + "21", "000"); }
    // What EF 0004 of an application holds: the municipality's key, certified under the number of a higher
    // one.
    Bytes certificate_file(std::string_view authority_number) const;
};

Application text_application(const Surface& surface);
Application visual_application(const Surface& surface);
Application common_application(const Surface& surface);
Application residence_application();
Application card_manager(const Surface& surface);
// It can be selected, and that is all.
Application silent_card_manager();

}  // namespace jpki::vcard
