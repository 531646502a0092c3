#pragma once

/// Bodies of API requests, read strictly: a body is one flat JSON object, where a field may hold
/// another flat one; unknown, doubled and
/// missing fields are refused, amounts are decimal texts. What comes out is a model input that
/// lacks only what the route knows (origin, account, market).

#include "base/result.hpp"
#include "model/input.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::protocol {

/// Larger bodies are refused without being read.
inline constexpr std::size_t kRequestBodyMax = 64 * 1024;
/// Objects and arrays nested deeper than this end the parsing.
inline constexpr std::size_t kRequestDepthMax = 10;

/// Why a body is refused. `code` is stable; the texts tell a person what to change.
struct RequestError {
    std::string_view code;  ///< INVALID_JSON, UNKNOWN_FIELD, MISSING_FIELD, INVALID_FIELD, …
    std::string message;
    std::string field;     ///< Empty where the error is not about one field.
    std::string expected;  ///< Empty where the message says it all.
    std::string came;      ///< At most 64 bytes of what was there.
};

/// A request, and the text that stands for it in the request's hash: the fields that were given, in
/// alphabetical order, amounts in their shortest form. White space and field order do not matter.
template <class T>
struct Parsed {
    T value;
    std::string canonical;
};

template <class T>
using ParseResult = base::Result<Parsed<T>, RequestError>;

/// Bounds of a trailing stop's two ratios; the gain at which it begins is at least the distance.
inline constexpr model::Rate kTrailActivationMin = model::Rate::from_units(model::kScale / 200);
inline constexpr model::Rate kTrailDistanceMin = model::Rate::from_units(model::kScale / 100);
inline constexpr model::Rate kTrailRatioMax = model::Rate::from_units(model::kScale / 20);

/// Finds the symbol that a caller means; nothing where there is none.
using ReadSymbol = std::function<std::optional<model::Symbol>(std::string_view)>;

/// Takes a symbol as the exchange writes it, whether it exists or not.
[[nodiscard]] std::optional<model::Symbol> read_exact_symbol(std::string_view text);

/// symbol, side, quantity; type (MARKET), price and time_in_force (GTC) with a limit, stop_price
/// with a stop or take profit, reduce_only; stop_loss and take_profit to attach to what it opens,
/// and trailing {activation, distance} with stop_loss. Types have the futures market's words or the
/// spot market's; STOP and TAKE_PROFIT without a price mean STOP_MARKET and TAKE_PROFIT_MARKET.
/// Leaves origin, account and instrument.market to the route.
[[nodiscard]] ParseResult<model::PlaceOrder> parse_place_order(
    std::string_view body, const ReadSymbol& read = read_exact_symbol);

/// Nothing, or queue {limit_price, until}: the close may wait for the end of a maintenance window.
/// Without it the canonical text is empty. Leaves all else to the route.
[[nodiscard]] ParseResult<model::ClosePosition> parse_close_position(std::string_view body);

/// What to ask the analysis service.
struct AnalysisQuery {
    model::Symbol symbol;
    std::string timeframe;  ///< Empty: the service's choice.
};

/// symbol, and perhaps timeframe: "1m" to "1M".
[[nodiscard]] base::Result<AnalysisQuery, RequestError> parse_analysis_query(std::string_view body);

/// Nothing, or symbol (all of them) and protective (false): the stops of open positions, too.
[[nodiscard]] ParseResult<model::CancelAll> parse_cancel_all(
    std::string_view body, const ReadSymbol& read = read_exact_symbol);

/// leverage: a whole number, as text or as JSON number.
[[nodiscard]] ParseResult<model::SetLeverage> parse_set_leverage(std::string_view body);

/// account, market, deposit; asset (USDT).
[[nodiscard]] ParseResult<model::OpenAccount> parse_open_account(std::string_view body);

/// from, to, amount; asset (USDT).
[[nodiscard]] ParseResult<model::TransferMoney> parse_transfer(std::string_view body);

/// symbol; market (futures).
[[nodiscard]] ParseResult<model::InstrumentId> parse_instrument(std::string_view body);

/// Nothing, or an object without fields: for commands that the route says in full.
[[nodiscard]] base::Outcome<RequestError> parse_no_fields(std::string_view body);

}  // namespace botcore::protocol
