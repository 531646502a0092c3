#pragma once

/// TLS as a client has it: which authorities it trusts, and whom it wants to talk to.

#include "base/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace botcore::shell::outbound {

/// `authorities` is a file of certificates in PEM; empty: the system's. The text says what is wrong
/// with it.
[[nodiscard]] base::Result<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls(
    const std::string& authorities);

/// The handshake fails unless the certificate is `host`'s, a name or an address.
void expect_host(SSL* session, const std::string& host);

}  // namespace botcore::shell::outbound
