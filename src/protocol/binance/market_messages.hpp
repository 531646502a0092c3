#pragma once

/// Parses the exchange's public market messages, spot and USD-margined futures: stream messages,
/// wrapped ({"stream":...,"data":...}) or bare, and the REST depth snapshot.
///
/// M1  A message is accepted or rejected as a whole: no field of a rejected message may be used.
/// M2  Amounts are read exactly from their text. Prices are positive, quantities are not negative.
/// M3  The parser is lenient where the exchange may extend its messages: it accepts unknown fields,
///     any order of fields and unknown events (`Ignored`). It is strict where money depends on the
///     message: a known event with a missing or duplicate field is rejected.
/// M4  Parsing allocates nothing once the vectors have grown to the largest message.
/// M5  Every field that changes the meaning of a message is read. A trade with an `X` other than
///     MARKET (INSURANCE_FUND, ADL, NA and future values) is not a trade of the order book; its
///     price and quantity may be zero and are not read. `M` (spot, "ignore"), `st` (a number in all
///     futures messages) and `nq` (an aggregate's quantity without RPI orders) change nothing.
///
/// Source of the shapes: web-socket-streams.md (spot, read 2026-07-21) and the futures pages
/// "Diff. Book Depth Streams", "Individual Symbol Book Ticker Streams" (2026-05-28).

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/amount.hpp"
#include "model/depth.hpp"
#include "model/order.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace botcore::protocol {

enum class MarketParseError : std::uint8_t {
    TooLarge,   ///< Longer than `kMarketMessageBytesMax`; not parsed.
    NotJson,    ///< Truncated or garbled: the transport is unreliable.
    BadShape,   ///< JSON, but a field is missing, duplicate, or of the wrong type.
    BadNumber,  ///< A number or amount is malformed or outside its range (M2).
};

enum class MarketMessageKind : std::uint8_t {
    Ignored,        ///< Well-formed, but of a kind that this parser does not know.
    DepthUpdate,    ///< Changed levels, with the range of their update ids.
    DepthSnapshot,  ///< A REST response: the whole book (up to its limit) at one update id.
    Trade,
    AggregateTrade,
    BookTicker,
};

/// The origin of a public trade (M5).
enum class TradeOrigin : std::uint8_t {
    Market,  ///< The order book: it changes prices and counts in volumes.
    Other,   ///< Booked by the exchange, or a mark without a trade: no effect.
};

/// One message; reused between calls. `kind` determines which members are valid.
struct MarketMessage {
    MarketMessageKind kind = MarketMessageKind::Ignored;
    /// Points into the parsed text; empty for snapshots, which contain no symbol.
    std::string_view symbol;
    base::Timestamp event_time;  ///< The exchange's `E`; zero if it sends none (spot tickers).

    std::uint64_t first_update = 0;                ///< `U` of a depth update.
    std::uint64_t last_update = 0;                 ///< `u`, or `lastUpdateId` of a snapshot.
    std::optional<std::uint64_t> previous_update;  ///< `pu`: futures depth updates only.
    std::vector<model::Level> bids;  ///< As sent; a quantity of zero removes the level.
    std::vector<model::Level> asks;

    std::uint64_t trade_id = 0;     ///< `t` of a trade, `a` of an aggregate.
    std::uint64_t first_trade = 0;  ///< Ids of the trades that it holds: `f` and `l` of an
    std::uint64_t last_trade = 0;   ///< aggregate, the trade's own otherwise.
    base::Timestamp trade_time;     ///< `T`, by which it is assigned to a candle.
    TradeOrigin trade_origin = TradeOrigin::Market;
    model::Side taker = model::Side::Buy;
    model::Level trade;  ///< Both positive for market trades; both zero for others.

    model::Level best_bid;  ///< For a book ticker, as of `last_update`.
    model::Level best_ask;
};

/// The longest message that is parsed; the largest real one, a snapshot of 5,000 levels, is 320 kB.
inline constexpr std::size_t kMarketMessageBytesMax = std::size_t{4} << 20U;
/// The number of bytes after a message that must be readable; their content does not matter.
inline constexpr std::size_t kMarketMessagePadding = 64;

/// A message within a larger buffer.
struct PaddedText {
    std::string_view text;
    std::size_t readable = 0;  ///< From the start of `text`; at least its size plus the padding.
};

/// Owns the parser's memory. Each thread needs a parser of its own; calls do not depend on each
/// other.
class MarketParser {
public:
    MarketParser();
    ~MarketParser();
    MarketParser(MarketParser&&) noexcept;
    MarketParser& operator=(MarketParser&&) noexcept;

    /// Parses `text` in place. `message.symbol` is valid as long as the buffer.
    [[nodiscard]] base::Outcome<MarketParseError> parse(PaddedText text, MarketMessage& message);

    /// Copies `text` first. `message.symbol` is valid until the next call.
    [[nodiscard]] base::Outcome<MarketParseError> parse(std::string_view text,
                                                        MarketMessage& message);

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string_view to_text(MarketParseError error);

}  // namespace botcore::protocol
