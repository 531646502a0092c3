#pragma once

/// The JSON of our own API: one envelope for success, one for errors; amounts are decimal texts,
/// times ISO 8601 in UTC. docs/api describes the shapes.

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

/// What an error tells its reader.
struct ErrorText {
    std::string_view code;     ///< Stable, one per cause: "INSUFFICIENT_BALANCE".
    std::string_view message;  ///< What was expected, what came, what to do next.
    std::string_view request_id;
    boost::json::object details;
    std::uint32_t retries = 0;  ///< How often it was tried again before it was given up.
    /// What the last try ended with, where others were asked; empty: the code's cause stands for
    /// it.
    std::string_view last_error = {};
};

/// `{"error":{"code","message","details","request_id","timestamp"}}`. `details` has `retries`
/// always, and `last_error` (what the last try ended with, or else the cause in curated words) and
/// `next_step` for a code of the table.
[[nodiscard]] std::string error_body(ErrorText error, base::Timestamp now);

/// Where an order's state can be read.
[[nodiscard]] std::string order_path(const model::AccountId& account,
                                     const model::ClientOrderId& order);

[[nodiscard]] boost::json::object to_api(const model::Order& order);
[[nodiscard]] boost::json::object to_api(const model::Fill& fill);
[[nodiscard]] boost::json::object to_api(const model::Account& account);
[[nodiscard]] boost::json::object to_api(const model::Position& position);
[[nodiscard]] boost::json::object to_api(const model::OperatingState& state);
[[nodiscard]] boost::json::object to_api(const model::MaintenanceWindow& window);
[[nodiscard]] boost::json::object to_api(const model::Quote& quote);
[[nodiscard]] boost::json::object to_api(const model::OrdersTouched& touched);

/// The body of a reply, the same bytes for the same arguments.
[[nodiscard]] std::string render(const model::Reply& reply,
                                 std::string_view request_id,
                                 base::Timestamp now);

/// The exchange's own number at the beginning of what it said: "-2010 Account has ...".
[[nodiscard]] std::optional<std::int64_t> exchange_code(std::string_view text);

/// The 202 body: the outcome is still open, and where to look.
[[nodiscard]] std::string render_pending(const model::Order& order, base::Timestamp now);
[[nodiscard]] std::string render_pending(const model::OrdersTouched& touched, base::Timestamp now);

}  // namespace botcore::protocol
