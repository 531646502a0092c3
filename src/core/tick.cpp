#include "core/tick.hpp"

#include "core/orders/exits.hpp"
#include "core/orders/order_life.hpp"
#include "core/orders/order_rules.hpp"
#include "core/orders/protection.hpp"
#include "core/risk/limits.hpp"
#include "core/risk/margin.hpp"

#include <algorithm>

namespace botcore::core {

using model::OrderState;

namespace {

bool has_open_position(const AccountState& account) {
    return std::any_of(account.positions.begin(), account.positions.end(), [](const auto& item) {
        return !item.second.quantity.is_zero();
    });
}

bool is_open(const AccountState& account, const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    return place != account.positions.end() && !place->second.quantity.is_zero();
}

/// Whether the market is within the queued exit's limit.
bool is_within_limit(const model::Order& order, const model::Quote& quote) {
    return order.side == model::Side::Sell ? quote.bid >= *order.queue_limit
                                           : quote.ask <= *order.queue_limit;
}

/// Whether the caller's deadline has passed on the exchange clock, or the duration until the
/// deadline has passed on the monotonic clock. Setting the clock back prolongs nothing, and a clock
/// that was just set forward ends nothing.
bool is_queue_over(const Transaction& transaction, const model::Order& order) {
    const bool certain = transaction.input().clock == model::ClockState::Certain;
    if (certain && transaction.exchange_time() >= order.queue_until) return true;
    // Rows of older versions have only the caller's deadline.
    const bool has_deadline = order.queue_deadline != model::Timestamp();
    return transaction.monotonic_time() >=
           (has_deadline ? order.queue_deadline : order.queue_until);
}

void end_queued(Transaction& transaction,
                LiveOrder& live,
                OrderState state,
                model::EndReason reason) {
    model::Order& order = transaction.change(live);
    order.state = state;
    order.reason = order_reason(reason);
}

void release_queued(Transaction& transaction,
                    AccountState& account,
                    LiveOrder& live,
                    const model::Quote& quote) {
    const model::Quantity left = unclosed(account, live.order.instrument);
    if (left.is_zero()) {
        return end_queued(
            transaction, live, OrderState::Canceled, model::EndReason::NoLongerNeeded);
    }
    model::Order& order = transaction.change(live);
    order.state = OrderState::Intended;
    order.quantity = std::min(order.quantity, left);
    const auto& rules = transaction.state().instruments.at(order.instrument);
    order.price = limit_near_market(rules, order.side, *order.queue_limit, quote);
    send_order(transaction, account, live);
}

/// Lets queued exits expire, and sends them once the window is over and the price is within their
/// limit.
void process_queued_exits(Transaction& transaction,
                          AccountState& account,
                          const model::Tick& body) {
    const State& state = transaction.state();
    for (auto& [number, live] : account.orders) {
        if (live.order.state != OrderState::Queued) continue;
        if (is_queue_over(transaction, live.order)) {
            end_queued(transaction, live, OrderState::Expired, model::EndReason::QueueExpired);
            continue;
        }
        // If the store has lost its newest records, the order may have been sent already: only the
        // comparison at the start of the term can show.
        if (state.operating.mode == model::OperatingMode::Maintenance || !account.reconciled)
            continue;
        for (const auto& quote : body.marks) {
            const bool suits = quote.instrument == live.order.instrument &&
                               is_fresh(state.policy, quote) && is_within_limit(live.order, quote);
            if (suits) release_queued(transaction, account, live, quote);
        }
    }
}

}  // namespace

void tick(Transaction& transaction, const model::Tick& body) {
    const auto place = transaction.state().accounts.find(body.account);
    if (place == transaction.state().accounts.end()) return;
    AccountState& account = place->second;
    process_queued_exits(transaction, account, body);
    if (account.account.market != model::Market::Futures) return;
    for (const auto& [instrument, position] : account.positions)
        exit_unprotected(transaction, account, instrument);
    const State& state = transaction.state();
    // No decision is based on a stale price or an uncertain clock, not even a protective one (I14):
    // a stop needs its own price, and a margin call closes only positions that have one.
    if (transaction.input().clock != model::ClockState::Certain) return;
    std::vector<model::Quote> fresh;
    std::vector<model::Quote> stale;
    for (const auto& quote : body.marks) {
        if (is_fresh(state.policy, quote)) {
            trail_stops(transaction, account, quote);
            fresh.push_back(quote);
        } else if (is_open(account, quote.instrument)) {
            stale.push_back(quote);
        }
    }
    // While the figures are in doubt, nothing is closed because of them.
    const bool in_doubt = account.account.frozen_reason == model::FreezeReason::IntegrityFinding ||
                          transaction.input().storage == model::StorageState::Behind;
    if (!fresh.empty() && !in_doubt && has_open_position(account))
        watch_margin(transaction, account, fresh, stale);
}

bool wants_ticks(const AccountState& account) {
    if (has_open_position(account)) return true;
    return std::any_of(account.orders.begin(), account.orders.end(), [](const auto& item) {
        return item.second.order.state == OrderState::Queued;
    });
}

}  // namespace botcore::core
