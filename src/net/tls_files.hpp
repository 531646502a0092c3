#pragma once

/// The paths of the server's certificate and key.

#include <string>

namespace botcore::net {

/// PEM files: the certificate with its chain, and its private key.
struct TlsFiles {
    std::string certificate;
    std::string key;
};

}  // namespace botcore::net
