#pragma once

/// The TLS configuration of the server.
///
/// S1  Only TLS 1.2 and later are accepted, and only with ephemeral keys and authenticated
///     encryption. There is no renegotiation.

#include "base/result.hpp"
#include "net/tls_files.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace botcore::net {

/// Reads the files. The error text says what is wrong with them, but never shows their content.
[[nodiscard]] base::Result<std::shared_ptr<boost::asio::ssl::context>, std::string>
make_tls_context(const TlsFiles& files);

}  // namespace botcore::net
