// What stands in a certificate's extensions besides key usage and policies, as certificate.cpp puts it into a
// Certificate. Pure functions of OpenSSL's view of it.
#pragma once

#include <string>
#include <vector>

#include "document/certificate.hpp"

namespace jpki::app {

std::string identifier_of(const ASN1_OBJECT* object);
std::vector<std::string> extended_key_usage_of(const X509* certificate);
std::vector<std::string> critical_of(const X509* certificate);
std::vector<std::string> ocsp_of(const X509* certificate);
IssuePlace place_of(const X509* certificate);

}  // namespace jpki::app
