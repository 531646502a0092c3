#include "net/server_errors.hpp"

namespace botcore::net {

HttpResponse refusal(const RenderError& render,
                     const ErrorResponse& refused,
                     std::string_view request_id) {
    HttpResponse response;
    response.status = refused.status;
    response.error_code = refused.code;
    if (render) {
        render(refused, request_id, response);
    } else {
        response.content_type = "text/plain; charset=utf-8";
        response.body.append(refused.code).append(": ").append(refused.message).append("\n");
    }
    if (refused.status == 503) response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace botcore::net
