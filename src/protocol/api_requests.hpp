#pragma once

/// Strict parsers for the bodies of API requests. A body is one flat JSON object, in which a field
/// may contain another flat object. Unknown, duplicate and missing fields are rejected; amounts are
/// decimal texts. The result is a model input that lacks only what the route adds (origin, account,
/// market).

#include "base/result.hpp"
#include "model/input.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// Larger bodies are rejected without being read.
inline constexpr std::size_t kRequestBodyMax = 64 * 1024;
/// Parsing fails if objects and arrays are nested deeper than this.
inline constexpr std::size_t kRequestDepthMax = 10;

/// Why a body is rejected. `code` is stable; the texts tell the user what to change.
struct RequestError {
    std::string_view code;  ///< INVALID_JSON, UNKNOWN_FIELD, MISSING_FIELD, INVALID_FIELD, …
    std::string message;
    std::string field;     ///< Empty if the error is not about a single field.
    std::string expected;  ///< Empty if the message is complete without it.
    std::string received;  ///< At most 64 bytes of the received value.
};

/// A request, and its canonical text for the request's hash: the given fields in alphabetical
/// order, amounts in their shortest form. White space and field order do not matter.
template <class T>
struct Parsed {
    T value;
    std::string canonical;
};

template <class T>
using ParseResult = base::Result<Parsed<T>, RequestError>;

/// Bounds of a trailing stop's two ratios. The activation gain must be at least the distance.
inline constexpr model::Rate kTrailActivationMin = model::Rate::from_units(model::kScale / 200);
inline constexpr model::Rate kTrailDistanceMin = model::Rate::from_units(model::kScale / 100);
inline constexpr model::Rate kTrailRatioMax = model::Rate::from_units(model::kScale / 20);

/// Finds the symbol that a text names; empty if there is none.
using ReadSymbol = std::function<std::optional<model::Symbol>(std::string_view)>;

/// Accepts a symbol in the exchange's spelling, whether it exists or not.
[[nodiscard]] std::optional<model::Symbol> read_exact_symbol(std::string_view text);

/// Fields: symbol, side, quantity; type (MARKET); price and time_in_force (GTC) with a limit;
/// stop_price with a stop or take profit; reduce_only; stop_loss and take_profit to attach to the
/// opened position, and trailing {activation, distance} with stop_loss. Types have the names of the
/// futures market or of the spot market; STOP and TAKE_PROFIT without a price mean STOP_MARKET and
/// TAKE_PROFIT_MARKET. The route sets origin, account and instrument.market.
[[nodiscard]] ParseResult<model::PlaceOrder> parse_place_order(
    std::string_view body, const ReadSymbol& read = read_exact_symbol);

/// Fields: queue {limit_price, until}, optional; with it the close may wait for the end of a
/// maintenance window, and without it the canonical text is empty. The route sets everything else.
[[nodiscard]] ParseResult<model::ClosePosition> parse_close_position(std::string_view body);

/// A query for the analysis service.
struct AnalysisQuery {
    model::Symbol symbol;
    std::string timeframe;  ///< Empty: the service chooses.
};

/// Fields: symbol, and optionally timeframe, "1m" to "1M".
[[nodiscard]] base::Result<AnalysisQuery, RequestError> parse_analysis_query(std::string_view body);

/// Fields, both optional: symbol (default: all symbols) and protective (default: false), which says
/// whether the stops of open positions are canceled as well.
[[nodiscard]] ParseResult<model::CancelAll> parse_cancel_all(
    std::string_view body, const ReadSymbol& read = read_exact_symbol);

/// Fields: leverage, a whole number as a text or as a JSON number.
[[nodiscard]] ParseResult<model::SetLeverage> parse_set_leverage(std::string_view body);

/// Fields: account, market, deposit; asset (USDT).
[[nodiscard]] ParseResult<model::OpenAccount> parse_open_account(std::string_view body);

/// Fields: from, to, amount; asset (USDT).
[[nodiscard]] ParseResult<model::TransferMoney> parse_transfer(std::string_view body);

/// Fields: symbol; market (futures).
[[nodiscard]] ParseResult<model::InstrumentId> parse_instrument(std::string_view body);

/// An empty body, or an object without fields: for commands that the route defines completely.
[[nodiscard]] base::Outcome<RequestError> parse_no_fields(std::string_view body);

}  // namespace botcore::protocol
