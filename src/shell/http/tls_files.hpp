#pragma once

/// The paths of the server's certificate and key.

#include <string>

namespace botcore::shell::http {

/// PEM files: the certificate with its chain, and its private key.
struct TlsFiles {
    std::string certificate;
    std::string key;
};

}  // namespace botcore::shell::http
