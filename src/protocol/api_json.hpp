#pragma once

/// The JSON of our own API: one envelope for success and one for errors; amounts are decimal texts,
/// times are ISO 8601 in UTC. docs/api describes the formats.

#include "base/time.hpp"
#include "model/input.hpp"
#include "model/record.hpp"
#include "model/reply.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// `{"data":…,"timestamp":…}`
[[nodiscard]] std::string success_body(boost::json::value data, base::Timestamp now);

/// The content of an error.
struct ErrorText {
    std::string_view code;     ///< Stable, one per cause: "INSUFFICIENT_BALANCE".
    std::string_view message;  ///< What was expected, what was received, and what to do next.
    std::string_view request_id;
    boost::json::object details;
    std::uint32_t retries = 0;  ///< The number of retries before the call was abandoned.
    /// How the last attempt ended, if another service was called. If it is empty, the cause in the
    /// code's row of the table is sent instead.
    std::string_view last_error = {};
};

/// `{"error":{"code","message","details","request_id","timestamp"}}`. `details` always has
/// `retries`; for a code in the table it also has `last_error` (how the last attempt ended,
/// otherwise the cause in the table) and `next_step`.
[[nodiscard]] std::string error_body(ErrorText error, base::Timestamp now);

/// The path that returns an order's state.
[[nodiscard]] std::string order_path(const model::AccountId& account,
                                     const model::ClientOrderId& order);

/// The amount as text; null if there is none.
template <class A>
[[nodiscard]] boost::json::value text_or_null(const std::optional<A>& amount) {
    return amount ? boost::json::value(to_text(*amount)) : boost::json::value(nullptr);
}

[[nodiscard]] boost::json::object to_api(const model::Order& order);
[[nodiscard]] boost::json::object to_api(const model::Fill& fill);
[[nodiscard]] boost::json::object to_api(const model::Account& account);
[[nodiscard]] boost::json::object to_api(const model::Position& position);
[[nodiscard]] boost::json::object to_api(const model::OperatingState& state);
[[nodiscard]] boost::json::object to_api(const model::MaintenanceWindow& window);
[[nodiscard]] boost::json::object to_api(const model::Quote& quote);
[[nodiscard]] boost::json::object to_api(const model::OrdersTouched& touched);

/// The body of a reply; the same arguments give the same bytes.
[[nodiscard]] std::string render(const model::Reply& reply,
                                 std::string_view request_id,
                                 base::Timestamp now);

/// The exchange's error code at the beginning of its message: "-2010 Account has ...".
[[nodiscard]] std::optional<std::int64_t> exchange_code(std::string_view text);

/// The body of a 202 response: it says that the outcome is not known yet and where to read it.
[[nodiscard]] std::string render_pending(const model::Order& order, base::Timestamp now);
[[nodiscard]] std::string render_pending(const model::OrdersTouched& touched, base::Timestamp now);

/// The body of the error with which a request ends that has no reply of its own.
[[nodiscard]] std::string render(const model::FailedRequest& failed, base::Timestamp now);

}  // namespace botcore::protocol
