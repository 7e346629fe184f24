// The module in this process with a virtual card in its reader, for as long as the object lives.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "jpki/cryptoki.h"
#include "virtual/card.hpp"
#include "virtual_readers.hpp"
#include "waist/bytes.hpp"

namespace jpki::features {

inline constexpr CK_SLOT_ID kAuthentication = 0;
inline constexpr CK_SLOT_ID kSignature = 1;
inline constexpr std::string_view kPins[] = {"1234", "ABC123"};  // of the default card, by slot

class Library {
  public:
    // Of a card that makes PSS signatures or does not, and whose PINs have this many tries left.
    explicit Library(bool pss = true, std::optional<unsigned> tries = std::nullopt);
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();

    // Each stops the program when the module refuses.
    static CK_SESSION_HANDLE open(CK_SLOT_ID slot);
    static void log_in(CK_SESSION_HANDLE session, CK_SLOT_ID slot);
    static std::vector<CK_OBJECT_HANDLE> find_all(CK_SESSION_HANDLE session);
    static Bytes get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    static CK_ULONG get_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

  private:
    testing::VirtualReaders readers_;
};

// Stops the program: what was asked must not fail, or nothing can be said.
void must(CK_RV rv, const char* what);

}  // namespace jpki::features
