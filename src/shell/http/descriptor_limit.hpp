#pragma once

/// File descriptors and connections: each connection takes one of them.

#include "shell/http/http_server.hpp"

#include <cstddef>
#include <string>

namespace botcore::shell::http {

/// How many connections of the HTTP server fit, beside as many of the event stream and what store,
/// archive and logs have open. Never fewer than a few, so that an operator is heard.
[[nodiscard]] std::size_t connections_that_fit(std::size_t descriptors,
                                               std::size_t wanted,
                                               std::size_t streams);

/// Raises the soft limit of this process to the hard one and lowers `connections_max` where even
/// that is too small; the text says so, or is empty.
[[nodiscard]] std::string fit_to_descriptors(HttpServerOptions& options, std::size_t streams);

}  // namespace botcore::shell::http
