#include "venue/paper_venue.hpp"

#include "venue/paper_venue_call.hpp"

#include <algorithm>
#include <utility>

namespace botcore::venue {

using model::AccountId;
using model::EndReason;
using model::InstrumentId;
using model::Money;
using model::OrderReason;
using model::OrderReport;
using model::Price;
using model::Quantity;
using model::RefusalReason;
using model::ReportKind;
using model::Side;
using model::Timestamp;

namespace {

OrderReport plain_report(const OrderName& name, ReportKind kind, Timestamp now) {
    OrderReport report;
    report.account = name.account;
    report.instrument = name.instrument;
    report.id = name.id;
    report.kind = kind;
    report.venue_time = now;
    return report;
}

/// The venue's record of a newly accepted order.
OrderRecord new_record(const model::OrderInstruction& instruction,
                       OrderName name,
                       OrderSerial serial,
                       Timestamp now) {
    return {.serial = serial,
            .name = std::move(name),
            .side = instruction.side,
            .venue_order_id = std::to_string(serial.number()),
            .filled_before = Quantity(),
            .trades = {},
            .locked = Money(),
            .reason_text = {},
            .asked = {.side = instruction.side,
                      .type = instruction.type,
                      .time_in_force = instruction.time_in_force,
                      .reduce_only = instruction.reduce_only,
                      .quantity = instruction.quantity,
                      .price = instruction.price,
                      .stop_price = instruction.stop_price,
                      .created = now,
                      .report = {}},
            .changed = now};
}

/// The venue's record of an order that is restored from a row of its account.
OrderRecord record_of_row(const model::Order& row,
                          OrderName name,
                          OrderSerial serial,
                          Timestamp now) {
    const std::string& known_id = row.venue_order_id;
    return {.serial = serial,
            .name = std::move(name),
            .side = row.side,
            .venue_order_id = known_id.empty() ? std::to_string(serial.number()) : known_id,
            .filled_before = row.filled,
            .trades = {},
            .locked = Money(),
            .reason = model::is_triggered(row) ? OrderReason::StopTriggered : OrderReason::None,
            .reason_text = {},
            .asked = {.side = row.side,
                      .type = row.type,
                      .time_in_force = row.time_in_force,
                      .reduce_only = row.reduce_only,
                      .quantity = row.quantity,
                      .price = row.price,
                      .stop_price = row.stop_price,
                      .created = row.created,
                      .report = {}},
            .changed = now};
}

}  // namespace

void PaperVenue::define(const model::Instrument& instrument) {
    if (Contract* known = find_contract(instrument.id)) {
        known->instrument = instrument;
        return;
    }
    contracts_.emplace(instrument.id, Contract(instrument));
}

std::optional<PaperVenue::Refusal> PaperVenue::accept(const model::OrderInstruction& instruction,
                                                      Timestamp now,
                                                      Reports& reports) {
    if (auto late = check_receive_window(instruction.attempt, now)) return Refusal{*late};
    AccountBooks* books = find_account(instruction.account);
    if (books == nullptr) {
        return Refusal{{-2015, "Invalid API-key, IP, or permissions for action."},
                       order_reason(RefusalReason::RejectedByExchange)};
    }
    Contract* contract = find_contract(instruction.instrument);
    if (contract == nullptr || books->market != instruction.instrument.market) {
        return Refusal{{-1121, "Invalid symbol."},
                       order_reason(RefusalReason::RejectedByExchange)};  // W2
    }
    if (auto refused = check_request(instruction, *contract, *books)) return refused;
    ExchangeOrder order{.serial = OrderSerial(),
                        .party = books->party,
                        .id = instruction.id,
                        .side = instruction.side,
                        .type = instruction.type,
                        .time_in_force = instruction.time_in_force,
                        .reduce_only = instruction.reduce_only,
                        .quantity = instruction.quantity,
                        .filled = Quantity(),
                        .withdrawn = Quantity(),
                        .price = instruction.price,
                        .stop_price = instruction.stop_price};
    Matching& matching = contract->matching;
    if (auto twice = matching.check_duplicate(order)) return Refusal{*twice};
    if (order.waits()) {
        const auto& last = contract->last_trade;
        if (last && triggers(order, {*last, *last})) {
            return Refusal{{-2021, "Order would immediately trigger."},
                           order_reason(RefusalReason::StopWouldTrigger)};
        }
    } else if (order.reduce_only == model::ReduceOnly::Yes) {
        const Quantity room = room_to_reduce(*books, *contract, order.side);
        if (!room.is_positive()) {
            return Refusal{{-2022, "ReduceOnly Order is rejected."},
                           order_reason(RefusalReason::RejectedByExchange)};
        }
        order.withdrawn = order.quantity - std::min(room, order.quantity);  // W4
    }
    if (auto refused = check_money(*books, *contract, order)) return refused;
    if (auto refused = matching.check(order)) {
        const bool post_only = order.time_in_force == model::TimeInForce::PostOnly;
        return Refusal{*refused,
                       post_only ? order_reason(RefusalReason::WouldTakeLiquidity)
                                 : order_reason(EndReason::NotFilledAtOnce)};
    }
    order.serial = OrderSerial(next_id());
    open_records_.emplace(
        order.serial,
        new_record(instruction, {books->id, contract->instrument.id, order.id}, order.serial, now));
    lock_for(*books, *contract, order);
    Call call(*this, *contract, now);
    call.touch(order.serial);
    if (order.waits()) {
        matching.wait(std::move(order));
    } else {
        matching.enter(std::move(order), call);
    }
    call.finish(reports);
    return std::nullopt;
}

void PaperVenue::place(const model::OrderInstruction& instruction,
                       Timestamp now,
                       Reports& reports) {
    const auto refused = accept(instruction, now, reports);
    if (!refused) return;
    OrderReport report = plain_report(
        {instruction.account, instruction.instrument, instruction.id}, ReportKind::Rejected, now);
    report.reason = refused->reason;
    report.reason_text = to_text(refused->rejection);
    reports.push_back(std::move(report));
}

void PaperVenue::cancel(const model::CancelInstruction& instruction,
                        Timestamp now,
                        Reports& reports) {
    const OrderName name{instruction.account, instruction.instrument, instruction.id};
    if (const auto late = check_receive_window(instruction.attempt, now)) {
        OrderReport report = plain_report(name, ReportKind::CancelNotSent, now);
        report.attempt = instruction.attempt.number;
        report.reason = order_reason(RefusalReason::RejectedByExchange);
        report.reason_text = to_text(*late);
        reports.push_back(std::move(report));
        return;
    }
    const AccountBooks* books = find_account(name.account);
    Contract* contract = find_contract(name.instrument);
    const ExchangeOrder* order = books == nullptr || contract == nullptr
                                     ? nullptr
                                     : contract->matching.find(books->party, name.id);
    if (order == nullptr) {
        OrderReport report = plain_report(name, ReportKind::CancelNotOpen, now);
        report.reason = order_reason(RefusalReason::OrderNotOpen);
        report.reason_text = to_text(Rejection{-2011, "Unknown order sent."});
        reports.push_back(std::move(report));
        return;
    }
    Call call(*this, *contract, now);
    const bool canceled = contract->matching.cancel(order->serial, call);
    CHECK(canceled);
    call.finish(reports);
}

void PaperVenue::query(const OrderName& name, Timestamp now, Reports& reports) const {
    const AccountBooks* books = find_account(name.account);
    const Contract* contract = find_contract(name.instrument);
    if (books != nullptr && contract != nullptr) {
        if (const ExchangeOrder* order = contract->matching.find(books->party, name.id)) {
            reports.push_back(report_of(open_records_.at(order->serial), 0, now));
            return;
        }
    }
    if (const OrderRecord* record = history_.find(name)) {
        reports.push_back(report_of(*record, 0, now));
        return;
    }
    OrderReport report = plain_report(name, ReportKind::NotFound, now);
    report.reason = order_reason(RefusalReason::OrderUnknown);
    report.reason_text = to_text(Rejection{-2013, "Order does not exist."});
    reports.push_back(std::move(report));
}

void PaperVenue::on_depth(const InstrumentId& instrument,
                          Side side,
                          model::Level level,
                          Timestamp now,
                          Reports& reports) {
    Contract* contract = find_contract(instrument);
    if (contract == nullptr) return;
    contract->matching.book().set_anonymous(side, level);
    if (level.quantity.is_zero() || contract->matching.open_orders().empty()) return;
    Call call(*this, *contract, now);
    contract->matching.cross(side, call);
    call.finish(reports);
}

void PaperVenue::on_depth_reset(const InstrumentId& instrument) {
    if (Contract* contract = find_contract(instrument)) {
        contract->matching.book().clear_anonymous();
    }
}

void PaperVenue::on_trade(const InstrumentId& instrument,
                          const PublicTrade& trade,
                          Timestamp now,
                          Reports& reports) {
    Contract* contract = find_contract(instrument);
    if (contract == nullptr) return;
    Call call(*this, *contract, now);
    contract->matching.public_trade(trade, call);
    call.price_seen(trade.price);
    call.finish(reports);
}

void PaperVenue::apply(const MarketEvent& event, Reports& reports) {
    switch (event.kind) {
        case MarketEventKind::Reset:
            on_depth_reset(event.instrument);
            return;
        case MarketEventKind::Depth:
            on_depth(event.instrument,
                     event.side,
                     {.price = event.price, .quantity = event.quantity},
                     event.time,
                     reports);
            return;
        case MarketEventKind::Trade:
            break;
    }
    on_trade(event.instrument,
             {.price = event.price, .quantity = event.quantity, .aggressor = event.side},
             event.time,
             reports);
}

void PaperVenue::restore_account(const AccountSnapshot& snapshot, Timestamp now, Reports& reports) {
    AccountBooks& books = restore_balances(snapshot);
    remove_unknown_orders(books, snapshot);
    book_missing_trades(books, snapshot);
    for (auto& [id, contract] : contracts_) {
        // The restored position may be too small for the venue's reduce-only orders (W4).
        Call call(*this, contract, now);
        call.keep_reduce_only(books);
        call.finish(reports);
    }
    for (const model::Order& row : snapshot.live_orders)
        restore_order(books, row, now, reports);
    for (auto& [id, contract] : contracts_) {
        if (!contract.last_trade) continue;
        // The market may already be beyond the stop prices of the restored orders.
        Call call(*this, contract, now);
        call.price_seen(*contract.last_trade);
        call.finish(reports);
    }
}

void PaperVenue::restore_order(AccountBooks& books,
                               const model::Order& row,
                               Timestamp now,
                               Reports& reports) {
    Contract* contract = find_contract(row.instrument);
    if (contract == nullptr || row.instrument.market != books.market) return;
    if (const ExchangeOrder* here = contract->matching.find(books.party, row.id)) {
        lock_for(books, *contract, *here);
        return;
    }
    const bool complete = row.price.has_value() == has_limit(row.type) &&
                          row.stop_price.has_value() == is_conditional(row.type);
    const bool resting = row.state == model::OrderState::Open && complete &&
                         row.type != model::OrderType::Market && remaining(row).is_positive();
    const OrderName name{books.id, row.instrument, row.id};
    if (!resting || history_.find(name) != nullptr) return;
    ExchangeOrder order{.serial = OrderSerial(next_id()),
                        .party = books.party,
                        .id = row.id,
                        .side = row.side,
                        .type = row.type,
                        .time_in_force = row.time_in_force,
                        .reduce_only = row.reduce_only,
                        .quantity = row.quantity,
                        .filled = row.filled,
                        .withdrawn = Quantity(),
                        .price = row.price,
                        .stop_price = row.stop_price};
    if (model::is_triggered(row)) order.type = triggered_type(order.type);
    open_records_.emplace(order.serial, record_of_row(row, name, order.serial, now));
    lock_for(books, *contract, order);
    if (order.waits()) {
        contract->matching.wait(std::move(order));
        return;
    }
    Call call(*this, *contract, now);
    if (order.reduce_only == model::ReduceOnly::Yes) {
        const Quantity room = room_to_reduce(books, *contract, order.side);
        const Quantity kept = std::max(Quantity(), std::min(room, order.open()));
        order.withdrawn = order.open() - kept;  // W4
        if (kept.is_zero()) {
            call.ended(order, Ending::ExpiredReduceOnly);
            call.finish(reports);
            return;
        }
    }
    contract->matching.enter(std::move(order), call);
    call.finish(reports);
}

}  // namespace botcore::venue
