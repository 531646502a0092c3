#include "adapters/market_generated/generated_market.hpp"

#include "runtime/market_board.hpp"
#include "venue/market_translation.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace botcore::market_generated {
namespace {

using base::Timestamp;
using model::InstrumentId;
using model::Market;
using model::Price;
using model::Quantity;
using model::Side;
using model::Symbol;
using protocol::MarketEvent;
using protocol::MarketEventKind;

std::vector<venue::MarketSettings> settings() {
    std::vector<venue::MarketSettings> result;
    for (const Market market : {Market::Spot, Market::Futures}) {
        result.push_back({.instrument = {.market = market, .symbol = Symbol("BTCUSDT")},
                          .start = Price::whole(60'000),
                          .tick = Price::from_units(1'000'000),
                          .lot = Quantity::from_units(1'000)});
    }
    return result;
}

Timestamp at(std::int64_t milliseconds) {
    return Timestamp::from_milliseconds(milliseconds);
}

TEST(GeneratedMarket, ProducesTheSameEventsForTheSameSeed) {
    GeneratedMarket a(7, settings());
    GeneratedMarket b(7, settings());
    for (int i = 0; i < 50; ++i) {
        const auto from_a = a.poll(at(100 * i));
        const auto from_b = b.poll(at(100 * i));
        ASSERT_TRUE(std::equal(from_a.begin(), from_a.end(), from_b.begin(), from_b.end()));
    }
}

TEST(GeneratedMarket, ProducesABookThatIsNeverCrossed) {
    GeneratedMarket market(7, settings());
    runtime::MarketBoard board(market.instruments(), model::MarketSource::Generated);
    for (int i = 0; i < 200; ++i) {
        board.apply(market.poll(at(1'000 + 100 * i)));
        for (const InstrumentId& instrument : market.instruments()) {
            const auto quote = board.quote(instrument, Side::Buy, Quantity::from_units(1'000));
            ASSERT_EQ(quote.source, model::MarketSource::Generated);
            ASSERT_TRUE(quote.bid.is_positive());
            ASSERT_LT(quote.bid, quote.ask);
            ASSERT_EQ(quote.ask, board.book(instrument)->best(Side::Sell)->price);
            ASSERT_GE(quote.worst, quote.ask);
            ASSERT_LE(quote.age, base::Duration::milliseconds(500));
        }
    }
}

TEST(GeneratedMarket, TimeNeverGoesBack) {
    GeneratedMarket market(7, settings());
    (void)market.poll(at(500));
    EXPECT_EQ(market.poll(at(400)).back().time, at(500));
}

/// 2026-11-23T11:53:20.500Z.
constexpr std::int64_t kStart = 1'795'434'800'500;

TEST(GeneratedMarket, ContinuesAtTheEndOfItsHistory) {
    GeneratedMarket market(7, settings());
    EXPECT_EQ(market.history(0), nullptr) << "The end of the history is not known yet.";
    runtime::MarketBoard board(market.instruments(), model::MarketSource::Generated);
    board.apply(market.poll(at(kStart)));
    for (std::size_t place = 0; place < market.instruments().size(); ++place) {
        ports::CandleHistory* history = market.history(place);
        ASSERT_NE(history, nullptr);
        board.set_history(place, history);
        const InstrumentId& instrument = market.instruments()[place];
        EXPECT_EQ(board.history(instrument), history);
        EXPECT_EQ(history->end(), at(kStart));
        const auto minute = model::candle_open(model::CandleInterval::Minute1, at(kStart));
        const auto last = history->candle(model::CandleInterval::Minute1, minute);
        const auto quote = board.quote(instrument, Side::Buy, Quantity::from_units(1'000));
        // 0.005 %: a few rows of the book.
        EXPECT_LE(model::magnitude(quote.bid - last->close), Price::whole(3));
        EXPECT_LE(model::magnitude(quote.ask - last->close), Price::whole(3));
        EXPECT_NE(last->close, Price::whole(60'000)) << "The clock was set before.";
    }
    EXPECT_EQ(board.history({.market = Market::Spot, .symbol = Symbol("NOSUCH")}), nullptr);
}

TEST(GeneratedMarket, HasTheSameHistoryAfterARestart) {
    GeneratedMarket first(7, settings());
    (void)first.poll(at(kStart));
    for (int i = 1; i < 50; ++i)
        (void)first.poll(at(kStart + 100 * i));
    constexpr std::int64_t kLater = kStart + 9'000'000;
    GeneratedMarket second(7, settings());
    (void)second.poll(at(kLater));
    for (std::size_t place = 0; place < 2; ++place) {
        EXPECT_EQ(first.history(place)->begin(), second.history(place)->begin());
        EXPECT_EQ(second.history(place)->end(), at(kLater));
        for (std::int64_t hours = 1; hours < 24 * 500; hours += 61) {
            for (const auto interval :
                 {model::CandleInterval::Minute1, model::CandleInterval::Hour1}) {
                const auto open = model::candle_open(interval, at(kStart - hours * 3'600'000));
                const auto candle = first.history(place)->candle(interval, open);
                ASSERT_TRUE(candle);
                ASSERT_EQ(candle, second.history(place)->candle(interval, open));
            }
        }
    }
}

TEST(VenueEvents, TranslateBookAndTradesForTheVenue) {
    const std::vector<InstrumentId> table = {{.market = Market::Spot, .symbol = Symbol("BTCUSDT")}};
    MarketEvent event;
    event.price = Price::whole(5);
    event.time = at(9);
    const auto kind_of = [&](MarketEventKind kind) {
        event.kind = kind;
        return venue::venue_event_of(event, table);
    };
    EXPECT_EQ(kind_of(MarketEventKind::Level)->kind, venue::MarketEventKind::Depth);
    EXPECT_EQ(kind_of(MarketEventKind::Level)->price, Price::whole(5));
    EXPECT_EQ(kind_of(MarketEventKind::BookReset)->kind, venue::MarketEventKind::Reset);
    EXPECT_EQ(kind_of(MarketEventKind::Trade)->kind, venue::MarketEventKind::Trade);
    EXPECT_EQ(kind_of(MarketEventKind::Trade)->instrument, table[0]);
    EXPECT_FALSE(kind_of(MarketEventKind::BookReady).has_value());
    for (const auto kind : {MarketEventKind::BestPrice,
                            MarketEventKind::LateTrade,
                            MarketEventKind::RepeatedTrade,
                            MarketEventKind::NonMarketTrade,
                            MarketEventKind::TradesMissing}) {
        EXPECT_FALSE(kind_of(kind).has_value()) << "It does not change the current price.";
    }
}

}  // namespace
}  // namespace botcore::market_generated
