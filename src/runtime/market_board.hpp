#pragma once

/// The market state that the loop uses: per instrument the book, the best prices, the last trade,
/// and their ages. Threads: the loop thread only.
///
/// B1  An instrument has prices only while its book is complete (E2): not before the first
///     `BookReady`, and not from a `BookReset` to the next one.
/// B2  Ages are measured on the clock of the source, which never goes back. The owner of the loop
///     advances that clock with `set_now`, so that ages grow while the source is silent.
/// B3  The age of a quote is the age of the older of its two parts: the book (from which `worst` is
///     computed) and the best prices. A trade makes neither part younger, because trades may arrive
///     on a connection of their own while the connection of the book is dead (invariant I14).
/// B4  `worst` is never better than the best price, which may be newer than the book.
/// B5  Every trade that counts is added to the instrument's candles by the exchange's trade time. A
///     trade that cannot be added is counted, and changes neither the candles nor the last price. A
///     late trade changes its candle but not the last price.
/// B6  Candles advance with the exchange's clock, as reported by its messages. While a source is
///     silent for more than `kFeedSilenceMax`, or reports that trades are missing, its trades are
///     unknown: such a span is marked as a gap, and is never shown as a span without trades.
/// B7  `span` has the lowest and the highest of all last prices and of all middles of the best
///     prices since `begin_span`, including those that were never quoted.

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

namespace botcore::runtime {

/// A source that sends nothing for any instrument for longer than this counts as interrupted.
inline constexpr base::Duration kFeedSilenceMax = base::Duration::seconds(10);

class MarketBoard final : public ports::MarketData {
public:
    /// `instruments` is the instrument table of the source whose events are applied. Quotes name
    /// `source` as their source.
    MarketBoard(const std::vector<model::InstrumentId>& instruments, model::MarketSource source);

    /// Applies the events of whole messages, in order (E1).
    void apply(std::span<const protocol::MarketEvent> events);

    /// Sets the clock of the source; an earlier time than before is ignored (B2).
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

    /// Sets the history of the instrument at index `place` of the table. The history must outlive
    /// the board.
    void set_history(std::size_t place, ports::CandleHistory* history);

    [[nodiscard]] ports::TradeCounts trade_counts() const override { return counts_; }

    /// The time of the source's last event for the instrument, trades included; nothing before the
    /// first event.
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
    static void add_mark_price(Row& row);
    void note_event(const protocol::MarketEvent& event);
    void advance_exchange_time(base::Timestamp time);
    [[nodiscard]] const Row* find(const model::InstrumentId& instrument) const;
    [[nodiscard]] base::Duration age_of(const Row& row) const;

    std::vector<Row> rows_;
    std::map<model::InstrumentId, std::size_t> places_;
    model::MarketSource source_;
    base::Timestamp now_;
    std::optional<base::Timestamp> last_event_;  ///< For any instrument, on the source's clock.
    base::Timestamp exchange_now_;               ///< Zero before the first message with a time.
    base::Timestamp minute_end_;                 ///< When the minute of `exchange_now_` ends.
    ports::TradeCounts counts_;
};

}  // namespace botcore::runtime
