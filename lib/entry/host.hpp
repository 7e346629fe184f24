// What program we live in, as far as it matters: NSS hosts and programs that send one PIN to every token.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace jpki::p11 {

// libnss3 is in this process.
bool nss_is_loaded() noexcept;

// A library is in this process that forbids threads (CKF_LIBRARY_CANT_CREATE_OS_THREADS) in every program:
// NSS always, p11-kit where it does not manage the module, which is how GnuTLS loads it. Neither means the
// program.
bool forbids_threads_by_habit() noexcept;

// The basename of the running program's file; empty when it cannot be told.
std::string program_name();
// The same from what /proc/self/exe says, which is more than the path once an upgrade has replaced the file.
std::string program_of(std::string_view executable);

// What a host is shown that nobody configured: both keys, or authentication alone where every token is asked
// for its PIN (NSS, ssh*, p11-kit's server).
View default_view(std::string_view program) noexcept;

// False where every certificate is taken for one of the user's: by ssh* (`ssh-keygen -D` prints the CA's,
// too), and by Kerberos's pkinit, which then refuses to choose, in whatever program (kinit, sssd's
// krb5_child, pam_krb5's).
bool wants_ca_certificates(std::string_view program) noexcept;

}  // namespace jpki::p11
