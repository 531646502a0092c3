#pragma once

/// Sets up TLS for clients: the trusted authorities and the check of the host name.

#include "base/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace botcore::net {

/// `authorities` is a PEM file of CA certificates; if it is empty, those of the system are used.
/// The error says what is wrong with the file.
[[nodiscard]] base::Result<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls(
    const std::string& authorities);

/// Makes the handshake fail unless the certificate is valid for `host`, a name or an address.
void expect_host(SSL* session, const std::string& host);

}  // namespace botcore::net
