#pragma once

/// Strict parsers for the bodies of the routes about comparisons with the exchange; see
/// api_requests.hpp for the rules.

#include "protocol/api_requests.hpp"
#include "protocol/events.hpp"

#include <string>
#include <string_view>

namespace botcore::protocol {

/// The maximum length of a user's reason in bytes; it must be one line.
inline constexpr std::size_t kReasonTextMax = 500;

/// Fields: reason, optional: why an order is canceled or abandoned.
[[nodiscard]] ParseResult<std::string> parse_cancel_order(std::string_view body);

/// Fields: state ("ACTIVE" or "FROZEN") and text: why.
[[nodiscard]] ParseResult<model::SetAccountState> parse_account_state(std::string_view body);

/// Fields: either asset, seen and total, or symbol, seen, quantity and cost; and text: the
/// evidence.
[[nodiscard]] ParseResult<model::AdoptBooks> parse_adopt_books(std::string_view body);

/// The maximum length of a consistency check's report in bytes.
inline constexpr std::size_t kCheckReportMax = 16U << 10U;

/// Fields: result ("consistent", "inconsistent" or "incomplete") and report: text of several lines.
[[nodiscard]] base::Result<ConsistencyReport, RequestError> parse_consistency_report(
    std::string_view body);

}  // namespace botcore::protocol
