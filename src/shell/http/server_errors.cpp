#include "shell/http/server_errors.hpp"

#include "protocol/api_json.hpp"
#include "shell/http/http_wire.hpp"

namespace botcore::shell::http {

HttpResponse refusal(const ErrorResponse& refused, std::string_view request_id) {
    HttpResponse response;
    response.status = refused.status;
    response.error_code = refused.code;
    response.body = protocol::error_body(
        {.code = refused.code, .message = refused.message, .request_id = request_id, .details = {}},
        wall_time());
    if (refused.status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace botcore::shell::http
