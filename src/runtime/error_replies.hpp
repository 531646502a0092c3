#pragma once

/// Replies for commands that were not carried out, or whose outcome is still open.

#include "protocol/api_json.hpp"
#include "runtime/runtime.hpp"

namespace botcore::runtime {

[[nodiscard]] inline ApiReply error_reply(std::uint16_t status,
                                          protocol::ErrorText text,
                                          model::Timestamp now) {
    return {status, protocol::error_body(std::move(text), now), false};
}

[[nodiscard]] inline ApiReply outcome_unknown(std::string_view request_id, model::Timestamp now) {
    return error_reply(
        503,
        {.code = "OUTCOME_UNKNOWN",
         .message = "the store failed while this was being recorded; repeat the request "
                    "with the same idempotency key, it is never executed twice",
         .request_id = request_id,
         .details = {}},
        now);
}

[[nodiscard]] inline ApiReply too_late(std::string_view request_id, model::Timestamp now) {
    return error_reply(
        504,
        {.code = "TIMEOUT",
         .message = "the request waited until its deadline and was not executed; repeat it "
                    "with the same idempotency key",
         .request_id = request_id,
         .details = {}},
        now);
}

[[nodiscard]] inline ApiReply unavailable(std::string_view request_id, model::Timestamp now) {
    return error_reply(
        503,
        {.code = "SERVICE_UNAVAILABLE",
         .message = "the store cannot be reached now, nothing was done; try again shortly",
         .request_id = request_id,
         .details = {}},
        now);
}

/// For a repeated key whose first request is still in progress; `link` leads to the order that it
/// created.
[[nodiscard]] inline ApiReply in_progress(const std::string& link,
                                          std::string_view request_id,
                                          model::Timestamp now) {
    boost::json::object details;
    details["status_link"] = link;
    return error_reply(
        409,
        {.code = "REQUEST_IN_PROGRESS",
         .message = "the request under this key is still in progress; read status_link or "
                    "try again later",
         .request_id = request_id,
         .details = std::move(details)},
        now);
}

}  // namespace botcore::runtime
