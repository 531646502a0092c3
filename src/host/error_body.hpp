#pragma once

/// The error body of the API for the errors of the HTTP server itself.

#include "net/server_errors.hpp"

#include <string_view>

namespace botcore::host {

/// Writes the error in the API's JSON envelope; a `net::RenderError`.
void render_error_body(const net::ErrorResponse& error,
                       std::string_view request_id,
                       net::HttpResponse& response);

}  // namespace botcore::host
