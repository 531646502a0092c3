#include "core/risk/margin.hpp"

#include "venue/paper_venue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

// The core and the paper exchange receive the same market data: for any positions and orders of an
// account, both must compute the same figures.

namespace botcore::sim {
namespace {

using model::Money;
using model::Price;
using model::Quantity;
using model::Rate;
using model::Side;

const model::AccountId kAccount("futures");
const model::Asset kUsdt("USDT");

/// One account on all built-in contracts, and a market for each contract.
class Books {
public:
    Books() {
        state_.accounts[kAccount].account.id = kAccount;
        state_.accounts[kAccount].account.market = model::Market::Futures;
        state_.accounts[kAccount].account.quote = kUsdt;
        model::Balance& balance = state_.accounts[kAccount].balances[kUsdt];
        balance.account = kAccount;
        balance.asset = kUsdt;
        balance.of(model::Book::Cash) = Money::whole(*rc::gen::inRange(10'000, 1'000'000));
        for (const auto& instrument : model::builtin_instruments()) {
            if (instrument.id.market != model::Market::Futures) continue;
            state_.instruments[instrument.id] = instrument;
            venue_.define(instrument);
            add_market(instrument);
            add_position(instrument);
            const int count = *rc::gen::inRange(0, 5);
            for (int i = 0; i < count; ++i)
                add_order(instrument);
        }
        snapshot();
    }

    [[nodiscard]] const core::State& state() const { return state_; }

    [[nodiscard]] core::AccountState& account() { return state_.accounts.at(kAccount); }

    [[nodiscard]] const venue::PaperVenue& venue() const { return venue_; }

    [[nodiscard]] const std::vector<model::Quote>& marks() const { return marks_; }

private:
    static Quantity steps(const model::Instrument& instrument, int count) {
        return Quantity::from_units(instrument.lot_filter.step.units() * count);
    }

    void add_market(const model::Instrument& instrument) {
        const Price tick = instrument.price_filter.tick;
        const int middle = *rc::gen::inRange(20'000, 40'000);
        model::Quote quote;
        quote.instrument = instrument.id;
        quote.source = model::MarketSource::Generated;
        quote.bid = Price::from_units(tick.units() * middle);
        quote.ask = Price::from_units(tick.units() * (middle + *rc::gen::inRange(1, 4)));
        const Quantity size = Quantity::whole(1'000'000);
        venue_.on_depth(instrument.id, Side::Buy, {quote.bid, size}, {}, reports_);
        venue_.on_depth(instrument.id, Side::Sell, {quote.ask, size}, {}, reports_);
        marks_.push_back(quote);
    }

    void add_position(const model::Instrument& instrument) {
        const int size = *rc::gen::inRange(-400, 400);
        model::Position& position = account().positions[instrument.id];
        position.account = kAccount;
        position.instrument = instrument.id;
        position.leverage = Rate::whole(*rc::gen::inRange(1, 50));
        if (*rc::gen::arbitrary<bool>()) return;
        position.quantity = steps(instrument, size);
        const Price paid = Price::from_units(instrument.price_filter.tick.units() *
                                             *rc::gen::inRange(15'000, 45'000));
        position.cost = model::notional(paid, position.quantity).value();
    }

    void add_order(const model::Instrument& instrument) {
        const auto number = static_cast<model::OrderNumber>(account().orders.size() + 1);
        model::Order& order = account().orders[number].order;
        order.number = number;
        order.id = model::ClientOrderId("order-" + std::to_string(number));
        order.account = kAccount;
        order.instrument = instrument.id;
        order.side = *rc::gen::element(Side::Buy, Side::Sell);
        order.type = model::OrderType::Limit;
        order.state = model::OrderState::Open;
        order.quantity = steps(instrument, *rc::gen::inRange(1, 600));
        const auto& quote = marks_.back();
        const int away = *rc::gen::inRange(1, 1'000);
        const auto distance = instrument.price_filter.tick.units() * away;
        order.price = order.side == Side::Buy ? Price::from_units(quote.bid.units() - distance)
                                              : Price::from_units(quote.ask.units() + distance);
        if (*rc::gen::inRange(0, 4) != 0) return;
        // The stop price lies above or below the market at random.
        order.type = model::OrderType::StopLimit;
        order.stop_price = order.side == Side::Buy
                               ? Price::from_units(quote.ask.units() + distance)
                               : Price::from_units(quote.bid.units() - distance);
    }

    void snapshot() {
        venue::AccountSnapshot snapshot;
        snapshot.account = account().account;
        for (const auto& [asset, balance] : account().balances)
            snapshot.balances.push_back(balance);
        for (const auto& [id, position] : account().positions)
            snapshot.positions.push_back(position);
        for (const auto& [number, live] : account().orders)
            snapshot.live_orders.push_back(live.order);
        venue_.restore_account(snapshot, {}, reports_);
        RC_ASSERT(reports_.empty());
    }

    core::State state_;
    venue::PaperVenue venue_;
    venue::PaperVenue::Reports reports_;
    std::vector<model::Quote> marks_;
};

RC_GTEST_PROP(Margin, CoreAndExchangeComputeTheSameFigures, ()) {
    Books books;
    const auto ours = core::figures_of(books.state(), books.account(), books.marks());
    const auto theirs = books.venue().margins(kAccount, kUsdt);
    RC_ASSERT(ours.wallet == books.venue().wallet(kAccount, kUsdt));
    RC_ASSERT(ours.margin.unrealized == theirs.unrealized);
    RC_ASSERT(ours.margin.initial == theirs.initial);
    RC_ASSERT(ours.margin.maintenance == theirs.maintenance);
    RC_ASSERT(ours.margin.available == theirs.available);
    for (const auto& [id, position] : books.account().positions) {
        RC_ASSERT(core::liquidation_price(books.state(), books.account(), id, books.marks()) ==
                  books.venue().liquidation_price(kAccount, id));
    }
}

}  // namespace
}  // namespace botcore::sim
