#include <p11-kit/pkcs11.h>

#include "jpki/cryptoki.h"
#include "named_value.h"

unsigned long jpki_pin_too_weak_after_p11kit(void) { return CKR_PIN_TOO_WEAK; }
