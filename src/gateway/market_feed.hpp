#pragma once

/// Turns the parsed messages of many instruments into market events: a stitched book each, the best
/// prices, the public trades.
///
/// F1  Events leave in the order of their messages; their time never falls (E3).
/// F2  The best price shown is the newer, by update id, of the book ticker and the book: the ticker
///     usually runs ahead of the book, and after a pause of the ticker the book runs ahead of it.
/// F3  Best prices say nothing of a book that is not ready: its instrument has no prices (E2).
/// F4  Every accepted ticker and every applied change emits a `BestPrice`, changed or not, so that
///     its reader can tell a quiet market from a dead stream.
/// F5  A trade counts once and only if it is a trade of the order book (`TradeDeduplicator`). One
///     that is older, by the exchange's time, than one before it is a `LateTrade`.
/// F6  After a lost connection, and where trade ids are missing, `TradesMissing` says since when.

#include "base/time.hpp"
#include "gateway/depth_stitcher.hpp"
#include "gateway/trade_deduplicator.hpp"
#include "model/depth.hpp"
#include "model/names.hpp"
#include "protocol/market_event.hpp"
#include "protocol/market_messages.hpp"

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

/// What is known of one instrument.
struct InstrumentFeed {
    DepthStitcher stitcher;
    model::DepthBook book;
    std::optional<BestPrice> best;
    TradeDeduplicator trades;
    std::optional<model::Level> last_trade;
    base::Timestamp last_trade_time;  ///< By the exchange's clock, as the next one.
    base::Timestamp last_exchange_time;
    base::Timestamp last_message;
};

/// Why a feed begins again.
enum class FeedInterruption : std::uint8_t {
    ConnectionLost,      ///< Trades may be missing; those that come twice count once.
    RecordingRestarted,  ///< Everything comes once more, and counts once more.
};

/// Not for several threads.
class MarketFeed {
public:
    using Events = std::vector<protocol::MarketEvent>;

    /// The table gives each instrument its index. At most 65,535.
    explicit MarketFeed(std::vector<model::InstrumentId> instruments);

    /// Nothing for instruments that are not in the table.
    [[nodiscard]] std::optional<protocol::InstrumentIndex> find(model::Market market,
                                                                std::string_view symbol) const;

    /// Appends what `message`, received at `time` on the source's clock, means for `instrument`.
    /// A time before that of an earlier message counts as that (F1).
    StitchStep apply(protocol::InstrumentIndex instrument,
                     const protocol::MarketMessage& message,
                     base::Timestamp time,
                     Events& events);

    /// The stream of messages was interrupted: every book is reset.
    void reset(FeedInterruption why, base::Timestamp time, Events& events);

    [[nodiscard]] const std::vector<model::InstrumentId>& instruments() const {
        return instruments_;
    }

    [[nodiscard]] const InstrumentFeed& feed(protocol::InstrumentIndex instrument) const;

    /// Wants a REST depth snapshot? Asking again too soon is the asker's care.
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
    std::vector<protocol::InstrumentIndex> by_name_;  // Ascending by id.
    base::Timestamp time_;
};

}  // namespace botcore::gateway
