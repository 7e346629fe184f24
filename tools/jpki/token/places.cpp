#include "token/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

// Our module's two slots for a reader come one right behind the other.
bool goes_on(const Place& place, const SlotName& name) {
    return place.own_name == name.reader && place.slots.back().name.mark == 'A' && name.mark == 'S';
}

// Those that share a name get numbers, and none that is somebody's own name.
void tell_apart(std::vector<Place>& places) {
    const auto owners = [&](const std::string& name) {
        return std::ranges::count(places, name, &Place::own_name);
    };
    std::map<std::string, unsigned> numbers;
    for (Place& place : places) {
        if (owners(place.own_name) < 2) continue;
        do {
            place.name = fmt::format("{} #{}", place.own_name, ++numbers[place.own_name]);
        } while (owners(place.name) != 0);
    }
}

}  // namespace

std::vector<Place> places_of(const std::vector<SlotSeen>& slots) {
    std::vector<Place> places;
    for (const SlotSeen& slot : slots) {
        if (places.empty() || !goes_on(places.back(), slot.name))
            places.push_back({slot.name.reader, slot.name.reader, {}});
        places.back().slots.push_back(slot);
    }
    tell_apart(places);
    return places;
}

void keep_only(std::vector<Place>& places, const std::string& name) {
    if (name.empty() || places.empty()) return;
    std::string alike;
    for (const Place& place : places)
        if (place.own_name == name && place.name != name) alike += (alike.empty() ? "" : ", ") + place.name;
    if (!alike.empty())
        throw Failure(Exit::usage, say(Text::readers_alike, name, alike), say(Text::choose_reader));
    std::erase_if(places, [&](const Place& one) { return one.name != name; });
    if (places.empty()) throw Failure(Exit::no_card, say(Text::unknown_reader, name));
}

}  // namespace jpki::app
