#pragma once

/// An engine with two accounts, driven as the runtime drives it, for the tests of this folder.

#include "core/engine.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::core {
using model::Book;
using model::EndReason;
using model::FreezeReason;
using model::Money;
using model::OrderReason;
using model::OrderState;
using model::Price;
using model::Quantity;
using model::RefusalReason;
using model::ReportKind;
using model::Side;

inline const model::InstrumentId kFutures{model::Market::Futures, model::Symbol("BTCUSDT")};
inline const model::InstrumentId kSpot{model::Market::Spot, model::Symbol("BTCUSDT")};
inline const model::Asset kUsdt("USDT");
inline const model::Asset kBtc("BTC");

inline Money money(std::string_view text) {
    return model::parse_amount<Money>(text).value();
}

inline Price price(std::string_view text) {
    return model::parse_amount<Price>(text).value();
}

inline Quantity quantity(std::string_view text) {
    return model::parse_amount<Quantity>(text).value();
}

inline model::Quote quote(const model::InstrumentId& instrument) {
    model::Quote quote;
    quote.instrument = instrument;
    quote.source = model::MarketSource::Generated;
    quote.bid = price("59990");
    quote.ask = price("60000");
    quote.last = price("60000");
    quote.worst = price("60000");
    return quote;
}

/// Drives an engine as the runtime does; every decision counts as committed immediately.
class Bench {
public:
    explicit Bench(model::RiskLimits limits = model::RiskLimits::none()) : engine_(State{}) {
        model::StartEpoch start;
        start.epoch = 1;
        start.incarnation = 7;
        start.policy.fence_margin = model::Duration::seconds(1);
        start.policy.view_lag = model::Duration::seconds(60);
        start.policy.risk = limits;
        apply(start);
        for (const auto& instrument : model::builtin_instruments()) {
            apply(model::DefineInstrument{instrument});
        }
        open("futures", model::Market::Futures);
        open("spot", model::Market::Spot);
    }

    void set_leverage(std::int64_t leverage) {
        apply(model::SetLeverage{
            origin(), model::AccountId("futures"), kFutures, model::Rate::whole(leverage), {}});
    }

    Decision apply(model::InputBody body, const ReadSet& reads = {}) {
        time_ = time_ + model::Duration::milliseconds(1);
        journal_time_ = std::max(journal_time_, time_ + clock_step);
        Decision decision = engine_.apply({.time = journal_time_,
                                           .clock = clock,
                                           .storage = storage,
                                           .body = std::move(body),
                                           .exchange_time = time_ + clock_step,
                                           .monotonic_time = time_},
                                          reads);
        engine_.evict_closed();
        for (const auto& effect : decision.effects) {
            if (const auto* answer = std::get_if<ReplyToRequest>(&effect)) {
                last_reply = answer->reply;
            }
        }
        if (decision.refusal) last_reply = *decision.refusal;
        return decision;
    }

    model::Origin origin() {
        return {
            model::Owner("olga"), model::IdempotencyKey("key-" + std::to_string(++keys_)), "hash"};
    }

    model::PlaceOrder order(const std::string& account, Side side, std::string_view size) {
        const auto& instrument = account == "spot" ? kSpot : kFutures;
        model::PlaceOrder body;
        body.origin = origin();
        body.account = model::AccountId(account);
        body.instrument = instrument;
        body.side = side;
        body.quantity = quantity(size);
        body.quote = quote(instrument);
        return body;
    }

    /// Places the order and returns the instruction that was sent.
    std::optional<model::OrderInstruction> place(const model::PlaceOrder& body) {
        last_reply.reset();
        const Decision decision = apply(body);
        for (const auto& effect : decision.effects) {
            if (const auto* send = std::get_if<SendOrder>(&effect)) return send->instruction;
        }
        return std::nullopt;
    }

    static model::ReportOrder report(const model::OrderInstruction& sent, ReportKind kind) {
        model::OrderReport report;
        report.account = sent.account;
        report.instrument = sent.instrument;
        report.id = sent.id;
        report.kind = kind;
        const bool cancel = kind == ReportKind::CancelNotOpen ||
                            kind == ReportKind::CancelNoAnswer || kind == ReportKind::CancelNotSent;
        report.attempt = cancel ? 1 : sent.attempt.number;
        return {report, {}};
    }

    static model::ReportOrder traded(const model::OrderInstruction& sent,
                                     ReportKind kind,
                                     std::vector<model::Trade> trades) {
        auto body = report(sent, kind);
        body.report.trades = std::move(trades);
        return body;
    }

    /// One trade; by default the whole quantity of an order, at a fee of one dollar.
    struct TradeSpec {
        std::uint64_t id = 1;
        std::string_view at;
        std::optional<Quantity> quantity = {};
        std::string_view fee = "1";
        model::Asset fee_asset = kUsdt;
    };

    [[nodiscard]] model::Trade trade(const model::OrderInstruction& sent,
                                     const TradeSpec& spec) const {
        return {.id = spec.id,
                .price = price(spec.at),
                .quantity = spec.quantity.value_or(sent.quantity),
                .fee = money(spec.fee),
                .fee_asset = spec.fee_asset,
                .maker = false,
                .time = time_};
    }

    /// Fills the order in one trade; returns the resulting decision.
    Decision fill(const model::OrderInstruction& sent, const TradeSpec& spec) {
        return apply(traded(sent, ReportKind::Filled, {trade(sent, spec)}));
    }

    void fill(const model::OrderInstruction& sent, std::string_view at, std::uint64_t trade) {
        fill(sent, {.id = trade, .at = at});
    }

    [[nodiscard]] Money book(const std::string& account, const model::Asset& asset, Book which) {
        const auto& balances = engine_.state().accounts.at(model::AccountId(account)).balances;
        const auto place = balances.find(asset);
        return place == balances.end() ? Money() : place->second.of(which);
    }

    [[nodiscard]] const AccountState& account(const std::string& id) const {
        return engine_.state().accounts.at(model::AccountId(id));
    }

    [[nodiscard]] OrderReason refusal() const {
        if (!last_reply) return OrderReason::None;
        if (const auto* refusal = std::get_if<model::Refusal>(&*last_reply))
            return order_reason(refusal->reason);
        if (const auto* order = std::get_if<model::Order>(&*last_reply)) return order->reason;
        return OrderReason::None;
    }

    [[nodiscard]] const model::Order& replied_order() const {
        return std::get<model::Order>(*last_reply);
    }

    [[nodiscard]] const Engine& engine() const { return engine_; }

    [[nodiscard]] model::Timestamp time() const { return time_; }

    /// The orders that a decision sent.
    static std::vector<model::OrderInstruction> sent_by(const Decision& decision) {
        std::vector<model::OrderInstruction> sent;
        for (const auto& effect : decision.effects) {
            if (const auto* send = std::get_if<SendOrder>(&effect)) {
                sent.push_back(send->instruction);
            }
        }
        return sent;
    }

    /// The orders whose cancel a decision sent.
    static std::vector<model::ClientOrderId> cancelled_by(const Decision& decision) {
        std::vector<model::ClientOrderId> ids;
        for (const auto& effect : decision.effects) {
            if (const auto* send = std::get_if<SendCancel>(&effect)) {
                ids.push_back(send->instruction.id);
            }
        }
        return ids;
    }

    /// The reasons of the orders that a decision changed: why they ended, or why the core placed
    /// them.
    static std::vector<OrderReason> reasons_in(const Decision& decision) {
        std::vector<OrderReason> reasons;
        for (const auto& change : decision.outcome.changes) {
            if (const auto* order = std::get_if<model::Order>(&change)) {
                reasons.push_back(order->reason);
            }
        }
        return reasons;
    }

    /// Fills the whole order in one trade; returns the resulting decision.
    Decision fill_all(const model::OrderInstruction& sent, std::string_view at) {
        return fill(sent, {.id = ++trades_, .at = at});
    }

    /// Advances the time and ticks the account with this price.
    Decision tick(model::Duration later, std::string_view last) {
        time_ = time_ + later;
        model::Quote seen = quote(kFutures);
        seen.last = seen.bid = seen.ask = price(last);
        return apply(model::Tick{model::AccountId("futures"), {seen}});
    }

    [[nodiscard]] const model::Position& position() const {
        return account("futures").positions.at(kFutures);
    }

    void pass(model::Duration span) { time_ = time_ + span; }

    std::optional<model::Reply> last_reply;
    model::ClockState clock = model::ClockState::Certain;
    model::Duration clock_step;  ///< How far the local clock is ahead of the time that has passed.
    model::StorageState storage = model::StorageState::Normal;

private:
    void open(const std::string& id, model::Market market) {
        apply(model::OpenAccount{origin(), model::AccountId(id), market, kUsdt, money("10000")});
    }

    Engine engine_;
    model::Timestamp time_ = model::Timestamp::from_milliseconds(1'000'000);
    model::Timestamp journal_time_;
    int keys_ = 0;
    std::uint64_t trades_ = 1'000;
};

}  // namespace botcore::core
