// The search of a session (PKCS#11 3.2 §5.7.6). Part of Session, which outlives it; its lock is never held
// during card access.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/object.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

class Session;

// One entry of a search template.
struct Criterion {
    CK_ATTRIBUTE_TYPE type;
    std::optional<Bytes> value;  // nothing: one that no attribute has
};

class Search {
  public:
    explicit Search(Session& session) : session_(session) {}

    // Errors: operation_active; those of loading what the template asks about.
    Status begin(const std::vector<Criterion>& criteria);
    Result<std::vector<CK_OBJECT_HANDLE>> next(std::size_t at_most);
    Status end();
    [[nodiscard]] bool active();

  private:
    struct State {
        std::deque<CK_OBJECT_HANDLE> found;
        std::uint64_t login_number;
    };
    Result<bool> matches(const std::shared_ptr<const Object>& object, const std::vector<Criterion>& criteria);
    [[nodiscard]] bool under_way() const JPKI_REQUIRES(mutex_);

    Session& session_;
    Mutex mutex_;
    std::optional<State> state_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
