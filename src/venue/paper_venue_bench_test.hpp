#pragma once

/// Fixture with a venue that has two accounts on each market and a small public book.

#include "venue/paper_venue.hpp"
#include "venue/testing.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

namespace botcore::venue {

using namespace testing;
using model::EndReason;
using model::Market;
using model::Money;
using model::OrderReason;
using model::OrderReport;
using model::OrderType;
using model::ReduceOnly;
using model::RefusalReason;
using model::ReportKind;
using model::Side;
using model::TimeInForce;

inline const model::Asset kBtc("BTC");
inline const model::Asset kUsdt("USDT");

/// A venue with BTCUSDT on both markets and a small public book around 60,000.
class PaperVenueTest : public ::testing::Test {
protected:
    PaperVenueTest() {
        venue.set_id_base(1'000);
        for (const Market market : {Market::Spot, Market::Futures}) {
            const auto rules = builtin(market, "BTCUSDT");
            venue.define(rules);
            set_level(market, Side::Buy, "59999", "2");
            set_level(market, Side::Buy, "59990", "5");
            set_level(market, Side::Sell, "60001", "2");
            set_level(market, Side::Sell, "60010", "5");
        }
        open_account("spot", Market::Spot);
        open_account("spot-2", Market::Spot);
        open_account("futures", Market::Futures);
        open_account("futures-2", Market::Futures);
    }

    static model::InstrumentId id_of(Market market) { return {market, model::Symbol("BTCUSDT")}; }

    void set_level(Market market, Side side, std::string_view at, std::string_view amount) {
        venue.on_depth(id_of(market), side, {price(at), quantity(amount)}, now, reports);
    }

    void hit(Market market, Side aggressor, std::string_view at, std::string_view amount) {
        venue.on_trade(id_of(market), {price(at), quantity(amount), aggressor}, now, reports);
    }

    static AccountSnapshot snapshot_of(const char* account, Market market) {
        AccountSnapshot snapshot;
        snapshot.account.id = model::AccountId(account);
        snapshot.account.market = market;
        for (const auto& [asset, amount] : {std::pair{kUsdt, "200000"}, std::pair{kBtc, "3"}}) {
            if (market == Market::Futures && asset == kBtc) continue;
            model::Balance balance;
            balance.asset = asset;
            balance.of(model::Book::Cash) = money(amount);
            snapshot.balances.push_back(balance);
        }
        return snapshot;
    }

    void open_account(const char* account, Market market) {
        venue.restore_account(snapshot_of(account, market), now, reports);
        ASSERT_TRUE(reports.empty());
    }

    model::OrderInstruction limit(const char* account,
                                  const char* id,
                                  Side side,
                                  std::string_view amount,
                                  std::string_view at) const {
        auto order = market(account, id, side, amount);
        order.type = OrderType::Limit;
        order.price = price(at);
        return order;
    }

    model::OrderInstruction market(const char* account,
                                   const char* id,
                                   Side side,
                                   std::string_view amount) const {
        model::OrderInstruction order;
        order.account = model::AccountId(account);
        order.id = model::ClientOrderId(id);
        const bool spot = std::string_view(account).starts_with("spot");
        order.instrument = id_of(spot ? Market::Spot : Market::Futures);
        order.side = side;
        order.quantity = quantity(amount);
        order.attempt = {now, model::Duration::seconds(5), 1};
        return order;
    }

    model::OrderInstruction stop(const char* account,
                                 const char* id,
                                 Side side,
                                 std::string_view amount,
                                 std::string_view at) const {
        auto order = market(account, id, side, amount);
        order.type = OrderType::StopMarket;
        order.stop_price = price(at);
        return order;
    }

    /// A reduce-only sell of the futures account.
    model::OrderInstruction exit_at(const char* id,
                                    OrderType type,
                                    std::string_view amount,
                                    std::string_view at) const {
        auto order = stop("futures", id, Side::Sell, amount, at);
        order.type = type;
        order.reduce_only = ReduceOnly::Yes;
        return order;
    }

    /// Places the order and returns its report; the other reports stay in `reports`.
    OrderReport place(const model::OrderInstruction& order) {
        reports.clear();
        venue.place(order, now, reports);
        EXPECT_FALSE(reports.empty());
        EXPECT_EQ(reports.front().id, order.id);
        return reports.front();
    }

    OrderReport cancel(const char* account, const char* id) {
        model::CancelInstruction order;
        const auto named = market(account, id, Side::Buy, "1");
        order.account = named.account;
        order.id = named.id;
        order.instrument = named.instrument;
        order.attempt = named.attempt;
        reports.clear();
        venue.cancel(order, now, reports);
        EXPECT_EQ(reports.size(), 1U);
        return reports.front();
    }

    OrderReport query(const char* account, const char* id) {
        const auto named = market(account, id, Side::Buy, "1");
        reports.clear();
        venue.query({named.account, named.instrument, named.id}, now, reports);
        EXPECT_EQ(reports.size(), 1U);
        return reports.front();
    }

    Money free(const char* account, const model::Asset& asset) const {
        return venue.spot_balances(model::AccountId(account))->free(asset);
    }

    Money locked(const char* account, const model::Asset& asset) const {
        return venue.spot_balances(model::AccountId(account))->locked(asset);
    }

    void expect_rejected(const OrderReport& report, const char* text) {
        EXPECT_EQ(report.kind, ReportKind::Rejected);
        EXPECT_EQ(report.reason_text, text);
        EXPECT_TRUE(report.trades.empty());
        EXPECT_EQ(reports.size(), 1U);
    }

    PaperVenue venue;
    PaperVenue::Reports reports;
    model::Timestamp now = at_ms(1'700'000'000'000);
};

}  // namespace botcore::venue
