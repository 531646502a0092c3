#pragma once

/// Bodies of the routes about comparisons with the exchange, read strictly; see api_requests.hpp
/// for what that means.

#include "protocol/api_requests.hpp"
#include "protocol/events.hpp"

#include <string>
#include <string_view>

namespace botcore::protocol {

/// A reason that a person gives is at most this long, in bytes, and one line.
inline constexpr std::size_t kReasonTextMax = 500;

/// reason, optional: why an order is cancelled or given up.
[[nodiscard]] ParseResult<std::string> parse_cancel_order(std::string_view body);

/// state ("ACTIVE" or "FROZEN") and text: why.
[[nodiscard]] ParseResult<model::SetAccountState> parse_account_state(std::string_view body);

/// Either asset, seen and total, or symbol, seen, quantity and cost; and text: by what evidence.
[[nodiscard]] ParseResult<model::AdoptBooks> parse_adopt_books(std::string_view body);

/// The report of a consistency check is at most this long, in bytes.
inline constexpr std::size_t kCheckReportMax = 16U << 10U;

/// result ("consistent", "inconsistent" or "incomplete") and report: text of several lines.
[[nodiscard]] base::Result<ConsistencyReport, RequestError> parse_consistency_report(
    std::string_view body);

}  // namespace botcore::protocol
