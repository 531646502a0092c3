#include "venue/paper_venue.hpp"
#include "venue/testing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

// Random trading of a few accounts, including stop and take-profit orders. The reports must explain
// every balance, money is neither created nor lost, a reduce-only order only reduces, every stop
// triggers at its price, and a second venue with the same input gives the same output.

namespace botcore::venue {
namespace {

using namespace testing;
using model::Market;
using model::Money;
using model::Quantity;
using model::ReportKind;
using model::Side;

const model::Asset kBtc("BTC");
const model::Asset kUsdt("USDT");
constexpr int kAccounts = 3;

/// The balances that an account should have by its reports, and the fees of all accounts.
struct Books {
    std::map<model::AccountId, Money> base;
    std::map<model::AccountId, Money> quote;
    Money fees_base;
    Money fees_quote;
};

struct OrderFacts {
    Side side = Side::Buy;
    Quantity quantity;
    model::ReduceOnly reduce_only = model::ReduceOnly::No;
    model::OrderType type = model::OrderType::Limit;
    model::Price stop_price;
    Quantity filled;
    bool closed = false;
};

/// One side of a trade; executions are applied in the order in which they happened.
struct Execution {
    const model::OrderReport* report = nullptr;
    const model::Trade* trade = nullptr;
};

/// One venue, its accounts, and bookkeeping that uses nothing but the reports.
class World {
public:
    explicit World(Market market) : market_(market) {
        rules_ = builtin(market, "BTCUSDT");
        rules_.fee_maker = rate("-0.0001");
        venue_.define(rules_);
        twin_.define(rules_);
        for (int i = 0; i < kAccounts; ++i) {
            AccountSnapshot snapshot;
            snapshot.account.id = name_of(i);
            snapshot.account.market = market;
            for (const auto& [asset, amount] :
                 {std::pair{kUsdt, "1000000"}, std::pair{kBtc, "20"}}) {
                if (market == Market::Futures && asset == kBtc) continue;
                model::Balance balance;
                balance.asset = asset;
                balance.of(model::Book::Cash) = money(amount);
                snapshot.balances.push_back(balance);
                (asset == kBtc ? books_.base : books_.quote)[snapshot.account.id] = money(amount);
            }
            venue_.restore_account(snapshot, now_, reports_);
            twin_.restore_account(snapshot, now_, twin_reports_);
        }
    }

    void step() {
        reports_.clear();
        twin_reports_.clear();
        const int action = *rc::gen::inRange(0, 10);
        if (action < 6) {
            place();
        } else if (action < 7) {
            cancel();
        } else if (action < 9) {
            const Side side = any_side();
            const model::Level level{any_price(), Quantity::whole(*rc::gen::inRange(0, 4))};
            venue_.on_depth(rules_.id, side, level, now_, reports_);
            twin_.on_depth(rules_.id, side, level, now_, twin_reports_);
        } else {
            const PublicTrade trade{any_price(), any_quantity(), any_side()};
            venue_.on_trade(rules_.id, trade, now_, reports_);
            twin_.on_trade(rules_.id, trade, now_, twin_reports_);
            public_trade_ = trade.price;
        }
        RC_ASSERT(reports_ == twin_reports_);
        for (const auto& report : reports_)
            read(report);
        replay();
        compare();
    }

private:
    static model::AccountId name_of(int index) {
        return model::AccountId("account-" + std::to_string(index));
    }

    static Side any_side() { return *rc::gen::element(Side::Buy, Side::Sell); }

    static model::Price any_price() {
        return model::Price::from_units(Int128Units(*rc::gen::inRange(59'995, 60'006)));
    }

    static model::Int128 Int128Units(int whole) { return model::Int128{whole} * model::kScale; }

    static Quantity any_quantity() {
        return Quantity::from_units(model::Int128{*rc::gen::inRange(1, 3'000)} * 100'000);
    }

    void place() {
        model::OrderInstruction order;
        order.account = name_of(*rc::gen::inRange(0, kAccounts));
        order.id = model::ClientOrderId("id-" + std::to_string(++last_order_));
        order.instrument = rules_.id;
        order.side = any_side();
        order.quantity = any_quantity();
        order.attempt = {now_, model::Duration::seconds(1), 1};
        if (*rc::gen::inRange(0, 4) != 0) {
            order.type = model::OrderType::Limit;
            order.price = any_price();
            order.time_in_force = *rc::gen::element(model::TimeInForce::GoodTillCanceled,
                                                    model::TimeInForce::GoodTillCanceled,
                                                    model::TimeInForce::ImmediateOrCancel,
                                                    model::TimeInForce::FillOrKill,
                                                    model::TimeInForce::PostOnly);
        }
        if (market_ == Market::Futures && *rc::gen::inRange(0, 4) == 0) {
            order.reduce_only = model::ReduceOnly::Yes;
        }
        if (*rc::gen::inRange(0, 3) == 0) {
            order.stop_price = any_price();
            const bool profit = *rc::gen::arbitrary<bool>();
            const bool limited = order.type == model::OrderType::Limit;
            if (profit) {
                order.type = limited ? model::OrderType::TakeProfitLimit
                                     : model::OrderType::TakeProfitMarket;
            } else {
                order.type = limited ? model::OrderType::StopLimit : model::OrderType::StopMarket;
            }
        }
        orders_[order.id] = {order.side,
                             order.quantity,
                             order.reduce_only,
                             order.type,
                             order.stop_price.value_or(model::Price()),
                             Quantity(),
                             false};
        venue_.place(order, now_, reports_);
        twin_.place(order, now_, twin_reports_);
        RC_ASSERT(!reports_.empty());
        RC_ASSERT(reports_.front().id == order.id);
        if (order.time_in_force == model::TimeInForce::FillOrKill && order.price) {
            RC_ASSERT(reports_.front().kind == ReportKind::Filled ||
                      reports_.front().trades.empty() ||
                      order.reduce_only == model::ReduceOnly::Yes);
        }
    }

    void cancel() {
        if (last_order_ == 0) return;
        model::CancelInstruction order;
        order.account = name_of(*rc::gen::inRange(0, kAccounts));
        order.id =
            model::ClientOrderId("id-" + std::to_string(*rc::gen::inRange(1, last_order_ + 1)));
        order.instrument = rules_.id;
        order.attempt = {now_, model::Duration::seconds(1), 1};
        venue_.cancel(order, now_, reports_);
        twin_.cancel(order, now_, twin_reports_);
    }

    /// Applies the trades of the step in the order in which they happened.
    void replay() {
        std::vector<Execution> executions;
        for (const auto& report : reports_) {
            for (const auto& trade : report.trades)
                executions.push_back({&report, &trade});
        }
        std::sort(executions.begin(), executions.end(), [](const auto& a, const auto& b) {
            return a.trade->id < b.trade->id;
        });
        for (const auto& [report, trade] : executions) {
            const OrderFacts& order = orders_.at(report->id);
            Quantity& position = positions_[report->account];
            const Quantity before = position;
            position += order.side == Side::Buy ? trade->quantity : -trade->quantity;
            if (order.reduce_only == model::ReduceOnly::No) continue;
            const bool same_side = before.is_positive() != position.is_negative();
            RC_ASSERT(!before.is_zero());
            RC_ASSERT(position.is_zero() || same_side);
            RC_ASSERT(model::magnitude(position) < model::magnitude(before));
        }
        // A public trade comes after the orders that it filled, and before the orders that it
        // triggered.
        if (public_trade_) last_ = *public_trade_;
        for (const auto& [report, trade] : executions) {
            if (!public_trade_ || !trade->maker) last_ = trade->price;
        }
        public_trade_.reset();
        const auto slept = [this](const auto& entry) {
            const OrderFacts& order = entry.second;
            if (order.closed || has_limit(order.type) || order.type == model::OrderType::Market) {
                return false;
            }
            const bool up = (order.side == Side::Buy) == is_stop(order.type);
            return up ? *last_ >= order.stop_price : *last_ <= order.stop_price;
        };
        RC_ASSERT(!last_ || std::none_of(orders_.begin(), orders_.end(), slept));
    }

    void read(const model::OrderReport& report) {
        if (report.kind == ReportKind::CancelNotOpen) return;
        OrderFacts& order = orders_.at(report.id);
        RC_ASSERT(!order.closed);
        order.closed = report.kind != ReportKind::Open;
        for (const auto& trade : report.trades) {
            RC_ASSERT(trade_ids_.insert({report.account, trade.id}).second);
            order.filled += trade.quantity;
            const Money paid = model::notional(trade.price, trade.quantity).value();
            const Money got = Money::from_units(trade.quantity.units());
            const bool buys = order.side == Side::Buy;
            books_.base[report.account] += buys ? got : -got;
            books_.quote[report.account] += buys ? -paid : paid;
            const bool in_base = trade.fee_asset == kBtc;
            (in_base ? books_.base : books_.quote)[report.account] -= trade.fee;
            (in_base ? books_.fees_base : books_.fees_quote) += trade.fee;
        }
        RC_ASSERT(order.filled <= order.quantity);
        RC_ASSERT((report.kind == ReportKind::Filled) == (order.filled == order.quantity));
    }

    void compare() const {
        for (int i = 0; i < kAccounts; ++i) {
            const auto account = name_of(i);
            if (market_ == Market::Spot) {
                const SpotBalances& spot = *venue_.spot_balances(account);
                RC_ASSERT(spot.free(kBtc) + spot.locked(kBtc) == books_.base.at(account));
                RC_ASSERT(spot.free(kUsdt) + spot.locked(kUsdt) == books_.quote.at(account));
                RC_ASSERT(!spot.free(kBtc).is_negative());
                RC_ASSERT(!spot.free(kUsdt).is_negative());
                continue;
            }
            // With its position valued at cost, a futures account is like a cash account.
            const Holding holding = venue_.holding(account, rules_.id);
            const auto base = books_.base.find(account);
            const Money held = base == books_.base.end() ? Money() : base->second;
            RC_ASSERT(held.units() == holding.quantity.units());
            RC_ASSERT(venue_.wallet(account, kUsdt) - holding.cost == books_.quote.at(account));
        }
    }

    Market market_;
    model::Instrument rules_;
    PaperVenue venue_;
    PaperVenue::Reports reports_;
    PaperVenue twin_;
    PaperVenue::Reports twin_reports_;
    std::map<model::AccountId, Quantity> positions_;
    std::optional<model::Price> public_trade_;  ///< The public trade of this step.
    std::optional<model::Price> last_;
    Books books_;
    std::map<model::ClientOrderId, OrderFacts> orders_;
    std::set<std::pair<model::AccountId, std::uint64_t>> trade_ids_;
    model::Timestamp now_ = at_ms(1'000'000);
    int last_order_ = 0;
};

RC_GTEST_PROP(PaperVenueProperty, ReportsExplainEverySpotBalance, ()) {
    World world(Market::Spot);
    const int steps = *rc::gen::inRange(1, 100);
    for (int step = 0; step < steps; ++step)
        world.step();
}

RC_GTEST_PROP(PaperVenueProperty, ReportsExplainEveryFuturesWallet, ()) {
    World world(Market::Futures);
    const int steps = *rc::gen::inRange(1, 100);
    for (int step = 0; step < steps; ++step)
        world.step();
}

}  // namespace
}  // namespace botcore::venue
