#pragma once

/// Limits the number of connections to what the file descriptors of this process allow, since each
/// connection takes one descriptor.

#include "net/http_server.hpp"

#include <cstddef>
#include <string>

namespace botcore::net {

/// How many of the `wanted` HTTP connections fit besides `streams` connections of the event stream
/// and the files of store, archive and logs. If not all fit, HTTP gets half of the descriptors that
/// are left, but at least 16, so that an operator can connect.
[[nodiscard]] std::size_t connections_that_fit(std::size_t descriptors,
                                               std::size_t wanted,
                                               std::size_t streams);

/// Raises the soft limit of this process to the hard limit, and lowers `connections_max` if even
/// the hard limit is too low. Returns a warning if it lowered `connections_max`, otherwise an empty
/// text.
[[nodiscard]] std::string fit_to_descriptors(HttpServerOptions& options, std::size_t streams);

}  // namespace botcore::net
