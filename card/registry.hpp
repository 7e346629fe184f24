// The families that this build knows, as one factory. Only lib/entry/composition.cpp and tests use it.
#pragma once

#include <memory>

#include "waist/card_port.hpp"

namespace jpki::card {

std::unique_ptr<CardFactory> make_card_factory();

}  // namespace jpki::card
