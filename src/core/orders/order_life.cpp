#include "core/orders/order_life.hpp"

#include "base/check.hpp"
#include "core/ledger/booking.hpp"
#include "core/orders/protection.hpp"
#include "core/risk/entry_checks.hpp"
#include "core/risk/margin.hpp"
#include "core/sweep.hpp"

#include <algorithm>

namespace botcore::core {

using model::CancelState;
using model::FreezeReason;
using model::Order;
using model::OrderReason;
using model::OrderReport;
using model::OrderState;
using model::RefusalReason;
using model::ReportKind;

namespace {

/// Delay before a cancel that could not be sent is tried again.
constexpr model::Duration kCancelAgain = model::Duration::seconds(5);

model::Attempt next_attempt(const Transaction& transaction,
                            const model::Attempt& last,
                            const model::Policy& policy) {
    return {transaction.exchange_time(), policy.attempt_window, last.number + 1};
}

void query(Transaction& transaction, const Order& order, model::Timestamp not_before) {
    transaction.perform(QueryOrder{order.account, order.instrument, order.id, not_before});
}

bool is_pending(Transaction& transaction, const KeyId& key) {
    const auto& keys = transaction.state().keys;
    const auto entry = keys.find(key);
    return entry != keys.end() && entry->second.state == model::KeyState::Pending;
}

/// Replies to the placement once its result is known.
void answer_placement(Transaction& transaction, const Order& order) {
    const KeyId key{order.owner, order.key};
    if (order.state == OrderState::Intended || order.state == OrderState::Unknown) return;
    if (!is_pending(transaction, key)) return;
    transaction.answer(key, order);
}

/// Rows of the first version do not contain the owner of the cancel key: it is the order's owner.
KeyId cancel_key_of(const Order& order) {
    return {order.cancel_owner.empty() ? order.owner : order.cancel_owner, order.cancel_key};
}

/// Replies to the cancel once the order has ended.
void answer_cancel(Transaction& transaction, Order& order) {
    if (order.cancel_key.empty() || model::is_live(order.state)) return;
    const KeyId key = cancel_key_of(order);
    order.cancel_key = {};
    order.cancel = CancelState::None;
    if (!is_pending(transaction, key)) return;
    if (order.state == OrderState::Canceled) {
        transaction.answer(key, order);
        return;
    }
    transaction.answer(
        key,
        model::Refusal{RefusalReason::OrderNotOpen,
                       "the order had ended before the cancel reached it; its state is " +
                           std::string(to_text(order.state)),
                       order.id,
                       order.version});
}

/// Ends the order, unless it has already ended.
void close(Transaction& transaction,
           AccountState& account,
           LiveOrder& live,
           OrderState state,
           const OrderReport& report) {
    if (!model::is_live(live.order.state)) return;  // O4
    Order& order = transaction.change(live);
    CHECK(!model::is_live(state));
    const OrderReason own = model::is_cancel_of_the_core(order.reason) && order.cancel_key.empty()
                                ? order.reason
                                : OrderReason::None;
    order.state = state;
    order.reason = report.reason;
    order.reason_text = report.reason_text;
    if (state == OrderState::Canceled && own != OrderReason::None) order.reason = own;
    if (order.cancel_key.empty()) order.cancel = CancelState::None;
    if (state == OrderState::Rejected && order.reason == OrderReason::None) {
        order.reason = order_reason(RefusalReason::RejectedByExchange);
    }
    release_reservation(transaction, account, order);
    CHECK(order.reserved.is_zero());  // O2
}

bool is_sane(const model::Trade& trade) {
    return trade.price.is_positive() && trade.quantity.is_positive() &&
           notional(trade.price, trade.quantity).has_value();
}

/// Books the trades that are not booked yet.
void apply_trades(Transaction& transaction,
                  AccountState& account,
                  LiveOrder& live,
                  const OrderReport& report) {
    for (const auto& trade : report.trades) {
        auto& known = live.trade_ids;
        if (std::find(known.begin(), known.end(), trade.id) != known.end()) continue;  // I4
        if (!is_sane(trade)) {
            transaction.freeze(account, FreezeReason::LateFact);
            continue;
        }
        Order& order = transaction.change(live);
        const OrderState before = order.state;
        known.push_back(trade.id);
        if (before == OrderState::Intended || before == OrderState::Unknown) {
            order.state = OrderState::Open;  // A trade is evidence of presence (I3).
        }
        book_trade(transaction, account, order, trade);
        // A final state that a fact contradicts, or more filled than was ordered: money is in doubt
        // (I13).
        const bool contradicted = before == OrderState::Absent || before == OrderState::Refused ||
                                  before == OrderState::Rejected || order.filled > order.quantity;
        if (contradicted) transaction.freeze(account, FreezeReason::LateFact);
        if (order.filled >= order.quantity) {
            order.state = OrderState::Filled;
            // An exit that the core placed on its own retains the reason for it.
            if (order.role != model::OrderRole::SafetyExit) order.reason = OrderReason::None;
            if (order.cancel_key.empty()) order.cancel = CancelState::None;
            order.reason_text.clear();
            release_reservation(transaction, account, order);
        }
    }
}

/// The exchange knows an order whose final state says that it never arrived: money is in doubt
/// (I13).
void doubt_verdict(Transaction& transaction, AccountState& account, const LiveOrder& live) {
    if (model::is_failed(live.order.state)) transaction.freeze(account, FreezeReason::LateFact);
}

/// Reopens an order whose final state says that it never arrived, if it rests in the book, so that
/// it can be canceled. Its reservation was released earlier, so it has none.
void revive(Transaction& transaction, LiveOrder& live) {
    Order& order = transaction.change(live);
    order.state = OrderState::Open;
    order.reserved_full = {};
    order.reason = OrderReason::None;
    order.reason_text.clear();
}

void apply_open(Transaction& transaction,
                AccountState& account,
                LiveOrder& live,
                const OrderReport& report) {
    const OrderState state = live.order.state;
    doubt_verdict(transaction, account, live);
    if (model::is_failed(state)) revive(transaction, live);
    if (state == OrderState::Intended || state == OrderState::Unknown) {
        transaction.change(live).state = OrderState::Open;
    }
    const bool triggered =
        report.reason == OrderReason::StopTriggered && model::is_conditional(live.order.type);
    const OrderReason reason = live.order.reason;
    const bool untold = reason == OrderReason::None || model::is_cancel_of_the_core(reason);
    if (triggered && live.order.state == OrderState::Open && untold) {
        transaction.change(live).reason = OrderReason::StopTriggered;
    }
    if (live.order.venue_order_id.empty() && !report.venue_order_id.empty()) {
        transaction.change(live).venue_order_id = report.venue_order_id;
    }
}

/// Reports about an attempt apply to that attempt only: a late copy says nothing about the next
/// attempt.
bool is_of_attempt(const OrderReport& report, const model::Attempt& attempt) {
    return report.attempt == attempt.number;
}

void apply_no_answer(Transaction& transaction, LiveOrder& live) {
    if (live.order.state != OrderState::Intended) return;
    transaction.change(live).state = OrderState::Unknown;
    query(transaction, live.order, transaction.monotonic_time());
}

/// The request was provably never written. It is tried again with a new attempt if the order is an
/// exit or entries are still allowed.
void apply_not_sent(Transaction& transaction,
                    AccountState& account,
                    LiveOrder& live,
                    const model::ReportOrder& body) {
    State& state = transaction.state();
    if (!is_of_attempt(body.report, live.order.attempt)) return;
    if (live.order.state == OrderState::Intended &&
        live.order.attempt.number < state.policy.attempts_max) {
        const bool exit = account.account.market == model::Market::Spot
                              ? live.order.side == model::Side::Sell
                              : !may_enlarge(state, account, live.order);
        if (exit || !entry_refusal(state, account, transaction.input(), body.quote)) {
            send_order(transaction, account, live);
            return;
        }
    }
    if (live.order.state != OrderState::Intended && live.order.state != OrderState::Unknown) return;
    OrderReport report = body.report;
    report.reason = order_reason(RefusalReason::NotSent);
    if (report.reason_text.empty()) {
        report.reason_text = "the order was never sent; place it again";
    }
    close(transaction, account, live, OrderState::Refused, report);
}

void apply_not_found(Transaction& transaction,
                     AccountState& account,
                     LiveOrder& live,
                     const OrderReport& report) {
    if (live.order.state != OrderState::Unknown) {
        // The order is known to be at the exchange. The exchange's view lags, so query again later.
        if (model::is_live(live.order.state)) {
            query(transaction,
                  live.order,
                  transaction.monotonic_time() + transaction.state().policy.view_lag +
                      model::Duration::seconds(1));
        }
        return;
    }
    const auto& policy = transaction.state().policy;
    const auto judgement = evaluate_absence(live, report.venue_time, policy);
    if (judgement.verdict == AbsenceVerdict::TooEarly) {
        // Query again when our clock estimates that the exchange's clock has passed the time; only
        // the exchange's clock counts.
        query(transaction,
              live.order,
              transaction.monotonic_time() + (judgement.ask_again - report.venue_time));
        return;
    }
    OrderReport evidence = report;
    evidence.reason = order_reason(RefusalReason::ProvenAbsent);
    evidence.reason_text =
        "not found at exchange time " + std::to_string(report.venue_time.in_milliseconds()) +
        " ms, after the fence at " + std::to_string(judgement.fence.in_milliseconds()) + " ms";
    close(transaction, account, live, OrderState::Absent, evidence);
}

/// All attempts to send the cancel have failed. A caller that requested it under a key gets a
/// refusal and can repeat it. A cancel of the core itself has no caller to repeat it, so the core
/// tries again later.
void give_cancel_up(Transaction& transaction, Order& order) {
    const KeyId key = cancel_key_of(order);
    const bool asks_again = order.cancel_key.empty() || model::is_cancel_of_the_core(order.reason);
    order.cancel = asks_again ? CancelState::Unknown : CancelState::None;
    order.cancel_key = {};
    if (asks_again) query(transaction, order, transaction.monotonic_time() + kCancelAgain);
    if (!is_pending(transaction, key)) return;
    transaction.answer(
        key,
        model::Refusal{RefusalReason::NotSent,
                       "the cancel could not be sent and the order is still open; cancel it again",
                       order.id,
                       order.version});
}

/// Handles the results of a cancel other than "canceled".
void apply_cancel_answer(Transaction& transaction,
                         AccountState& account,
                         LiveOrder& live,
                         const OrderReport& report) {
    if (!model::is_live(live.order.state) || live.order.cancel == CancelState::None) return;
    const bool about_attempt = report.kind != ReportKind::CancelNotOpen;
    if (about_attempt && !is_of_attempt(report, live.order.cancel_attempt)) return;
    Order& order = transaction.change(live);
    if (report.kind == ReportKind::CancelNotSent) {
        if (order.cancel_attempt.number < transaction.state().policy.attempts_max) {
            send_cancel(transaction, account, live);
            return;
        }
        give_cancel_up(transaction, order);
        return;
    }
    // The exchange said that the order is not open, or it did not answer. Neither says whether the
    // order filled, so query it.
    order.cancel = CancelState::Unknown;
    query(transaction, order, transaction.monotonic_time());
}

}  // namespace

void send_order(Transaction& transaction, AccountState& /*account*/, LiveOrder& live) {
    Order& order = transaction.change(live);
    CHECK(order.state == OrderState::Intended);  // O6
    order.attempt = next_attempt(transaction, order.attempt, transaction.state().policy);
    order.signed_until = std::max(order.signed_until, order.attempt.time + order.attempt.window);
    transaction.perform(SendOrder{{.account = order.account,
                                   .id = order.id,
                                   .instrument = order.instrument,
                                   .side = order.side,
                                   .type = order.type,
                                   .time_in_force = order.time_in_force,
                                   .reduce_only = order.reduce_only,
                                   .quantity = order.quantity,
                                   .price = order.price,
                                   .stop_price = order.stop_price,
                                   .attempt = order.attempt}});
}

void send_cancel(Transaction& transaction, AccountState& /*account*/, LiveOrder& live) {
    Order& order = transaction.change(live);
    CHECK(model::is_live(order.state));
    order.cancel = CancelState::Requested;
    order.cancel_attempt =
        next_attempt(transaction, order.cancel_attempt, transaction.state().policy);
    transaction.perform(
        SendCancel{{order.account, order.id, order.instrument, order.cancel_attempt}});
}

void mark_unanswered_unknown(Transaction& transaction, LiveOrder& live) {
    if (live.order.state == OrderState::Intended) {
        transaction.change(live).state = OrderState::Unknown;
    }
    if (live.order.cancel == CancelState::Requested) {
        transaction.change(live).cancel = CancelState::Unknown;
    }
}

void apply_report(Transaction& transaction,
                  AccountState& account,
                  LiveOrder& live,
                  const model::ReportOrder& body) {
    const OrderReport& report = body.report;
    const Progress before{live.order.state, live.order.filled};
    apply_trades(transaction, account, live, report);
    switch (report.kind) {
        case ReportKind::Open:
            apply_open(transaction, account, live, report);
            // The answer to the cancel was lost and the order is still open: send the cancel again.
            if (live.order.state == OrderState::Open && live.order.cancel == CancelState::Unknown) {
                send_cancel(transaction, account, live);
            }
            break;
        case ReportKind::Filled:
            // More was filled than the known trades explain: query the missing ones.
            apply_open(transaction, account, live, report);
            if (model::is_live(live.order.state)) {
                query(transaction,
                      live.order,
                      transaction.monotonic_time() + model::Duration::seconds(1));
            }
            break;
        case ReportKind::Canceled:
            doubt_verdict(transaction, account, live);
            close(transaction, account, live, OrderState::Canceled, report);
            break;
        case ReportKind::Expired:
            doubt_verdict(transaction, account, live);
            close(transaction, account, live, OrderState::Expired, report);
            break;
        case ReportKind::Rejected:
            // A late or duplicate rejection does not end an order that is known to be in the book.
            if (live.order.state != OrderState::Open) {
                close(transaction, account, live, OrderState::Rejected, report);
            }
            break;
        case ReportKind::NotSent:
            apply_not_sent(transaction, account, live, body);
            break;
        case ReportKind::NoAnswer:
            if (is_of_attempt(report, live.order.attempt)) apply_no_answer(transaction, live);
            break;
        case ReportKind::NotFound:
            apply_not_found(transaction, account, live, report);
            break;
        case ReportKind::CancelNotOpen:
        case ReportKind::CancelNoAnswer:
        case ReportKind::CancelNotSent:
            apply_cancel_answer(transaction, account, live, report);
            break;
    }
    protect(transaction, account, live, before);
    answer_placement(transaction, live.order);
    if (!model::is_live(live.order.state)) end_exit(transaction, live.order);
    if (!live.order.cancel_key.empty() && !model::is_live(live.order.state)) {
        answer_cancel(transaction, transaction.change(live));
    }
}

}  // namespace botcore::core
