#include "host/error_body.hpp"

#include "host/system_clock.hpp"
#include "protocol/api_json.hpp"

namespace botcore::host {

void render_error_body(const net::ErrorResponse& error,
                       std::string_view request_id,
                       net::HttpResponse& response) {
    response.body = protocol::error_body(
        {.code = error.code, .message = error.message, .request_id = request_id, .details = {}},
        wall_time());
}

}  // namespace botcore::host
