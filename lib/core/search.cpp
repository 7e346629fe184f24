#include "core/search.hpp"

#include "core/attribute_set.hpp"
#include "core/session.hpp"

namespace jpki::p11 {

Result<bool> Search::matches(const std::shared_ptr<const Object>& object,
                             const std::vector<Criterion>& criteria) {
    // What is known without the card decides first, so that a search by class or ID never reads anything.
    bool undecided = false;
    for (const Criterion& criterion : criteria) {
        const Attribute attribute = attribute_of(*object, criterion.type);
        if (attribute.state == Attribute::State::not_loaded) {
            undecided = true;
        } else if (attribute.state != Attribute::State::value || attribute.value != criterion.value) {
            return false;
        }
    }
    if (!undecided) return true;
    auto loaded = session_.load(object->handle);
    if (failed_with(loaded, Errc::object_handle_invalid)) return false;
    if (!loaded) return fail(loaded.error());
    return matches(*loaded, criteria);
}

// A logout ends a search, whose handles it may have ended.
bool Search::under_way() const {
    return state_ && state_->login_number == session_.token().refresh().login_number;
}

Status Search::begin(const std::vector<Criterion>& criteria) {
    {
        const Lock lock(mutex_);
        if (under_way()) return fail(Errc::operation_active);
    }
    State state{{}, session_.token().refresh().login_number};
    for (const auto& object : session_.token().visible()) {
        JPKI_TRY_ASSIGN(const bool hit, matches(object, criteria));
        if (hit) state.found.push_back(object->handle);
    }
    const Lock lock(mutex_);
    // Another thread may have begun one while this one read.
    if (under_way()) return fail(Errc::operation_active);
    state_ = std::move(state);
    return {};
}

Result<std::vector<CK_OBJECT_HANDLE>> Search::next(std::size_t at_most) {
    const Lock lock(mutex_);
    if (!under_way()) state_.reset();
    if (!state_) return fail(Errc::operation_not_initialized);
    std::vector<CK_OBJECT_HANDLE> part;
    while (!state_->found.empty() && part.size() < at_most) {
        part.push_back(state_->found.front());
        state_->found.pop_front();
    }
    return part;
}

Status Search::end() {
    const Lock lock(mutex_);
    if (!state_) return fail(Errc::operation_not_initialized);
    state_.reset();
    return {};
}

bool Search::active() {
    const Lock lock(mutex_);
    return state_.has_value();
}

}  // namespace jpki::p11
