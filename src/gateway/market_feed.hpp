#pragma once

/// Turns the parsed messages of many instruments into market events: a stitched book per
/// instrument, the best prices, and the public trades.
///
/// F1  Events are emitted in the order of their messages; their time never decreases (E3).
/// F2  The best price is the newer one, by update id, of the book ticker and the book: the ticker
///     is usually ahead of the book, and after a pause of the ticker the book is ahead of it.
/// F3  Best prices do not make a book ready: an instrument whose book is not ready has no prices
///     (E2).
/// F4  Every accepted ticker and every applied change emits a `BestPrice`, changed or not, so that
///     its reader can distinguish a quiet market from a dead stream.
/// F5  A trade counts once and only if it is a trade of the order book (`TradeDeduplicator`). A
///     trade that is older, by the exchange's time, than a trade received before it is a
///     `LateTrade`.
/// F6  After a lost connection, and where trade ids are missing, `TradesMissing` contains the time
///     since which they may be missing.

#include "base/time.hpp"
#include "gateway/depth_stitcher.hpp"
#include "gateway/trade_deduplicator.hpp"
#include "model/depth.hpp"
#include "model/names.hpp"
#include "protocol/binance/market_messages.hpp"
#include "protocol/market_event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace botcore::gateway {

/// Best bid and ask as of one update id of the exchange. A side without orders has price zero.
struct BestPrice {
    model::Level bid;
    model::Level ask;
    std::uint64_t update = 0;
};

/// The current state of one instrument.
struct InstrumentFeed {
    DepthStitcher stitcher;
    model::DepthBook book;
    std::optional<BestPrice> best;
    TradeDeduplicator trades;
    std::optional<model::Level> last_trade;
    base::Timestamp last_trade_time;  ///< By the exchange's clock; so is `last_exchange_time`.
    base::Timestamp last_exchange_time;
    base::Timestamp last_message;
};

/// Why a feed restarts.
enum class FeedInterruption : std::uint8_t {
    ConnectionLost,      ///< Trades may be missing; a trade that is received twice counts once.
    RecordingRestarted,  ///< All messages are received again, and their trades count again.
};

/// Not thread-safe.
class MarketFeed {
public:
    using Events = std::vector<protocol::MarketEvent>;

    /// Each instrument's index is its position in `instruments`. At most 65,535.
    explicit MarketFeed(std::vector<model::InstrumentId> instruments);

    /// Nothing for an instrument that is not in the list.
    [[nodiscard]] std::optional<protocol::InstrumentIndex> find(model::Market market,
                                                                std::string_view symbol) const;

    /// Appends the events that `message` causes for `instrument`; it was received at `time` on the
    /// source's clock. If `time` is before the time of an earlier message, the time of the earlier
    /// message is used instead (F1).
    StitchStep apply(protocol::InstrumentIndex instrument,
                     const protocol::MarketMessage& message,
                     base::Timestamp time,
                     Events& events);

    /// The message stream was interrupted: resets every book.
    void reset(FeedInterruption why, base::Timestamp time, Events& events);

    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return instruments_;
    }

    [[nodiscard]] const InstrumentFeed& feed(protocol::InstrumentIndex instrument) const;

    /// Whether the instrument needs a REST depth snapshot. The caller limits how often it requests
    /// one.
    [[nodiscard]] bool snapshot_wanted(protocol::InstrumentIndex instrument) const;

private:
    StitchStep take_trade(protocol::InstrumentIndex instrument,
                          const protocol::MarketMessage& message,
                          Events& events);
    [[nodiscard]] protocol::MarketEvent event_of(protocol::InstrumentIndex instrument,
                                                 protocol::MarketEventKind kind) const;
    void show_ticker(protocol::InstrumentIndex instrument,
                     const protocol::MarketMessage& message,
                     Events& events);
    void show_book_best(protocol::InstrumentIndex instrument, Events& events);
    void emit_best(protocol::InstrumentIndex instrument, Events& events);
    [[nodiscard]] InstrumentFeed& at(protocol::InstrumentIndex instrument);

    std::vector<model::InstrumentId> instruments_;
    std::vector<InstrumentFeed> feeds_;
    std::vector<protocol::InstrumentIndex> by_name_;  // Sorted by id.
    base::Timestamp time_;
};

}  // namespace botcore::gateway
