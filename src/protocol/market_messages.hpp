#pragma once

/// Reads the exchange's public market messages, spot and USD-margined futures: what arrives on a
/// stream, wrapped ({"stream":...,"data":...}) or bare, and the REST depth snapshot.
///
/// M1  A message is read whole or refused whole: no field of a refused message may be used.
/// M2  Amounts are read exactly from their text. Every price is above zero, no quantity is below.
/// M3  Lenient where the exchange may grow: unknown fields, any field order, unknown events
///     (`Ignored`). Strict where money hangs on it: a known event that lacks a field, or has one
///     twice, is refused.
/// M5  A field that changes what a message means is read. A trade whose `X` is there and is not
///     MARKET (INSURANCE_FUND, ADL, NA and what may come) is no trade of the order book; its price
///     and quantity may be zero and are not read. `M` (spot, "ignore"), `st` (a number beside all
///     futures messages) and `nq` (an aggregate's quantity without RPI orders) change nothing.
/// M4  Reading allocates nothing once the vectors have grown to the largest message.
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
    TooLarge,   ///< Longer than `kMarketMessageBytesMax`: not looked at.
    NotJson,    ///< Cut off or garbled: the transport is in doubt.
    BadShape,   ///< JSON, but a field is missing, doubled, or of the wrong kind.
    BadNumber,  ///< A number or amount is malformed or outside its range (M2).
};

enum class MarketMessageKind : std::uint8_t {
    Ignored,        ///< Well-formed, and nothing that this reader knows.
    DepthUpdate,    ///< Changed levels, with the range of update ids they cover.
    DepthSnapshot,  ///< A REST answer: the whole book (up to its limit) at one update id.
    Trade,
    AggregateTrade,
    BookTicker,
};

/// Where a public trade comes from (M5).
enum class TradeOrigin : std::uint8_t {
    Market,  ///< The order book: it moves prices and counts in volumes.
    Other,   ///< Booked by the exchange, or a mark without a trade: it moves nothing.
};

/// One message, reused from call to call. Which members mean something depends on `kind`.
struct MarketMessage {
    MarketMessageKind kind = MarketMessageKind::Ignored;
    /// Points into the text that was read; empty for snapshots, which do not name theirs.
    std::string_view symbol;
    base::Timestamp event_time;  ///< The exchange's `E`; zero where it sends none (spot tickers).

    std::uint64_t first_update = 0;                ///< `U` of a depth update.
    std::uint64_t last_update = 0;                 ///< `u`, or `lastUpdateId` of a snapshot.
    std::optional<std::uint64_t> previous_update;  ///< `pu`: futures depth updates only.
    std::vector<model::Level> bids;                ///< As sent; quantity zero removes.
    std::vector<model::Level> asks;

    std::uint64_t trade_id = 0;     ///< `t` of a trade, `a` of an aggregate.
    std::uint64_t first_trade = 0;  ///< Ids of the trades that it holds: `f` and `l` of an
    std::uint64_t last_trade = 0;   ///< aggregate, the trade's own otherwise.
    base::Timestamp trade_time;     ///< `T`, which candles are cut by.
    TradeOrigin trade_origin = TradeOrigin::Market;
    model::Side taker = model::Side::Buy;
    model::Level trade;  ///< Both above zero for market trades; both zero for others.

    model::Level best_bid;  ///< Of a book ticker, as of `last_update`.
    model::Level best_ask;
};

/// The longest message that is read; the largest real one, a snapshot of 5,000 levels, is 320 kB.
inline constexpr std::size_t kMarketMessageBytesMax = std::size_t{4} << 20U;
/// Bytes behind a message that must be readable; their content does not matter.
inline constexpr std::size_t kMarketMessagePadding = 64;

/// A message inside a larger buffer.
struct PaddedText {
    std::string_view text;
    std::size_t readable = 0;  ///< From the start of `text`; at least its size plus the padding.
};

/// Owns the parser's memory. One per thread; the calls are independent of each other.
class MarketParser {
public:
    MarketParser();
    ~MarketParser();
    MarketParser(MarketParser&&) noexcept;
    MarketParser& operator=(MarketParser&&) noexcept;

    /// Reads `text` where it lies. `message.symbol` lives as long as the buffer.
    [[nodiscard]] base::Outcome<MarketParseError> parse(PaddedText text, MarketMessage& message);

    /// Copies `text` first. `message.symbol` lives until the next call.
    [[nodiscard]] base::Outcome<MarketParseError> parse(std::string_view text,
                                                        MarketMessage& message);

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string_view to_text(MarketParseError error);

}  // namespace botcore::protocol
