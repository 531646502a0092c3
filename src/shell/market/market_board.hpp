#pragma once

/// The market as the loop sees it: per instrument the book, the best prices, the last trade, and
/// how old all that is. Threads: the loop thread only.
///
/// B1  An instrument has prices only while its book is complete (E2): not before the first
///     `BookReady`, and not from a `BookReset` to the next one.
/// B2  Ages are measured on the clock of the source, which never goes back. Whoever owns the loop
///     moves it with `set_now`, so an age grows when the source falls silent.
/// B3  The age of a quote is the age of the older of its two sides: the book (which `worst` comes
///     from) and the best prices. A trade makes neither younger, since trades may arrive on a
///     connection of their own while the one with the book is dead (invariant I14).
/// B4  `worst` is never better than the best price, which may be newer than the book.
/// B5  Every trade that counts is folded into the instrument's candles by the exchange's trade
/// time;
///     one that cannot be is counted, and changes neither them nor the last price. A late trade
///     changes its candle and no last price.
/// B6  Candles go on with the exchange's clock, as far as messages have told it. While a source is
///     silent for more than `kFeedSilenceMax`, or says that trades are missing, nothing is known of
///     its trades: such a span is marked, and never shown as one without trades.
/// B7  Between two looks no last price and no middle of the best prices is lost: `span` has the
///     lowest and the highest.

#include "base/time.hpp"
#include "model/depth.hpp"
#include "model/input.hpp"
#include "model/names.hpp"
#include "ports/market_data.hpp"
#include "protocol/market_event.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace botcore::shell {

/// A source that says nothing of any instrument for longer is taken for interrupted.
inline constexpr base::Duration kFeedSilenceMax = base::Duration::seconds(10);

class MarketBoard final : public ports::MarketData {
public:
    /// The table of the source whose events will be applied, and what it is called in quotes.
    MarketBoard(const std::vector<model::InstrumentId>& instruments, model::MarketSource source);

    /// Takes the events of whole messages, in order (E1).
    void apply(std::span<const protocol::MarketEvent> events);

    /// The clock of the source stands at `now`; earlier than before changes nothing (B2).
    void set_now(base::Timestamp now);

    [[nodiscard]] base::Timestamp exchange_now() const override { return exchange_now_; }

    [[nodiscard]] model::Quote quote(const model::InstrumentId& instrument,
                                     model::Side side,
                                     model::Quantity quantity) const override;

    [[nodiscard]] Span span(const model::InstrumentId& instrument) const override;
    void begin_span() override;

    [[nodiscard]] const model::DepthBook* book(
        const model::InstrumentId& instrument) const override;

    [[nodiscard]] std::vector<model::InstrumentId> instruments() const override;

    [[nodiscard]] const model::CandleBoard* candles(
        const model::InstrumentId& instrument) const override;

    [[nodiscard]] std::optional<base::Timestamp> trades_missing_since(
        const model::InstrumentId& instrument) const override;

    [[nodiscard]] ports::CandleHistory* history(
        const model::InstrumentId& instrument) const override;

    /// The history of the instrument at that place of the table, which outlives the board.
    void set_history(std::size_t place, ports::CandleHistory* history);

    [[nodiscard]] ports::TradeCounts trade_counts() const override { return counts_; }

    /// When the source last said anything at all of the instrument, trades included; nothing when
    /// it never did.
    [[nodiscard]] std::optional<base::Timestamp> last_event(
        const model::InstrumentId& instrument) const;

private:
    struct Row {
        model::DepthBook book;
        model::Level best_bid;
        model::Level best_ask;
        model::Level last_trade;
        model::CandleBoard candles;
        ports::CandleHistory* history = nullptr;
        std::optional<base::Timestamp> event_time;
        base::Timestamp book_time;
        base::Timestamp best_time;
        Span span;
        bool seen_best = false;
        bool ready = false;
    };

    void apply_to(Row& row, const protocol::MarketEvent& event);
    void take_trade(Row& row, const protocol::MarketEvent& event);
    static void take_mark(Row& row);
    void hear(const protocol::MarketEvent& event);
    void hear_exchange_time(base::Timestamp time);
    [[nodiscard]] const Row* find(const model::InstrumentId& instrument) const;
    [[nodiscard]] base::Duration age_of(const Row& row) const;

    std::vector<Row> rows_;
    std::map<model::InstrumentId, std::size_t> places_;
    model::MarketSource source_;
    base::Timestamp now_;
    std::optional<base::Timestamp> last_event_;  ///< Of any instrument, on the source's clock.
    base::Timestamp exchange_now_;               ///< Zero before the first message with a time.
    base::Timestamp minute_end_;                 ///< When the minute of `exchange_now_` ends.
    ports::TradeCounts counts_;
};

}  // namespace botcore::shell
