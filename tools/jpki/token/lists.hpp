// Lists and texts whose length a PKCS#11 module has to be asked for first (3.2 §5.2): between the question
// and the answer they may grow, shrink, begin or end. Every such pair of calls of `jpki` goes through here.
#pragma once

#include <algorithm>
#include <vector>

#include "token/module.hpp"

namespace jpki::app {

// `ask` is given a place, null at first, and a count: that of the place, then that of the answer. What is not
// CKR_OK is the module's, or CKR_GENERAL_ERROR for an answer that no module means.
template <class List, class Ask>
CK_RV ask_for(List& list, const Ask& ask) {
    constexpr int kMostAttempts = 10;
    constexpr CK_ULONG kMost = (1UL << 24U) / sizeof(typename List::value_type);
    CK_RV rv = CKR_BUFFER_TOO_SMALL;
    for (int attempt = 0; attempt < kMostAttempts && rv == CKR_BUFFER_TOO_SMALL; ++attempt) {
        list.clear();
        CK_ULONG count = 0;
        rv = ask(nullptr, count);
        // An empty vector is a null pointer, which would ask for the count once more.
        if (rv != CKR_OK || count == 0) return rv;
        if (count > kMost) return CKR_GENERAL_ERROR;
        list.resize(count);
        rv = ask(list.data(), count);
        if (rv == CKR_OK && count > list.size()) rv = CKR_GENERAL_ERROR;
        if (rv == CKR_OK) list.resize(count);
    }
    if (rv != CKR_OK) list.clear();
    return rv;
}

}  // namespace jpki::app
