#pragma once

/// Limits the number of connections to the file descriptors of this process: each takes one.

#include "shell/http/http_server.hpp"

#include <cstddef>
#include <string>

namespace botcore::shell::http {

/// How many connections of the HTTP server fit besides as many of the event stream and what store,
/// archive and logs have open. Never fewer than 16, so that an operator can connect.
[[nodiscard]] std::size_t connections_that_fit(std::size_t descriptors,
                                               std::size_t wanted,
                                               std::size_t streams);

/// Raises the soft limit of this process to the hard one, and lowers `connections_max` if even that
/// is too small. Returns a warning in that case, otherwise an empty text.
[[nodiscard]] std::string fit_to_descriptors(HttpServerOptions& options, std::size_t streams);

}  // namespace botcore::shell::http
