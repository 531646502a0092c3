#include "core/reconcile/import.hpp"

#include "core/orders/find_order.hpp"
#include "core/orders/order_life.hpp"
#include "core/risk/entry_checks.hpp"

#include <algorithm>

namespace botcore::core {

using model::FreezeReason;
using model::Money;

namespace {

model::Order row_of(const AccountState& account, const model::VenueOrder& found) {
    const auto& report = found.report;
    model::Order order;
    order.id = report.id;
    order.owner = account.account.owner;
    order.account = account.account.id;
    order.instrument = report.instrument;
    order.side = found.side;
    order.type = found.type;
    order.time_in_force = found.time_in_force;
    order.reduce_only = found.reduce_only;
    order.quantity = found.quantity;
    order.price = found.price;
    order.stop_price = found.stop_price;
    order.state = model::OrderState::Open;
    order.venue_order_id = report.venue_order_id;
    order.role = number_of(report.id) ? model::OrderRole::Orphan : model::OrderRole::External;
    return order;
}

/// Reserves what the unfilled part of a spot order may take, so that our entries cannot use it. If
/// there is less cash than that, nothing is reserved: the exchange accepted the order anyway.
void reserve_rest(Transaction& transaction, AccountState& account, LiveOrder& live) {
    model::Order& order = live.order;
    const auto& instrument = transaction.state().instruments.at(order.instrument);
    const model::Quote no_quote;
    OrderView view{instrument,
                   order.side,
                   order.type,
                   order.reduce_only,
                   order.quantity,
                   order.price,
                   no_quote};
    view.stop_price = order.stop_price;
    const auto worst = worst_case(transaction.state(), account, view, {});
    if (!worst || worst.value().amount.is_zero()) return;
    const auto rest =
        share(worst.value().amount, remaining(order), order.quantity, model::Rounding::Up);
    const auto balance = account.balances.find(worst.value().asset);
    if (!rest || balance == account.balances.end()) return;
    if (balance->second.of(model::Book::Cash) < rest.value()) return;
    model::Order& row = transaction.change(live);
    row.reserved_asset = worst.value().asset;
    row.reserved_full = worst.value().amount;
    row.reserved = rest.value();
    transaction.move(
        account, row.reserved_asset, model::Book::Cash, model::Book::Reserved, rest.value());
}

}  // namespace

void import_order(Transaction& transaction, AccountState& account, const model::VenueOrder& found) {
    const auto& report = found.report;
    if (LiveOrder* known = find_order(account, {report.id, report.venue_order_id})) {
        return apply_report(transaction, account, *known, {report, {}});
    }
    const auto instrument = transaction.state().instruments.find(report.instrument);
    const bool bookable = instrument != transaction.state().instruments.end() &&
                          report.instrument.market == account.account.market &&
                          found.quantity.is_positive();
    if (!bookable) return transaction.freeze(account, FreezeReason::BooksDiffer);
    LiveOrder& live = transaction.import_order(account, row_of(account, found));
    live.order.reserved_asset = instrument->second.quote;
    if (live.order.role == model::OrderRole::Orphan) {
        transaction.freeze(account, FreezeReason::OrphanOrder);
    }
    apply_report(transaction, account, live, {report, {}});
    const bool spot = account.account.market == model::Market::Spot;
    if (spot && live.order.state == model::OrderState::Open) {
        reserve_rest(transaction, account, live);
    }
}

}  // namespace botcore::core
