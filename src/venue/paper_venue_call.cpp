#include "venue/paper_venue_call.hpp"

#include <algorithm>
#include <utility>

namespace botcore::venue {

using model::EndReason;
using model::Market;
using model::Money;
using model::OrderReason;
using model::Price;
using model::Quantity;
using model::RefusalReason;
using model::ReportKind;
using model::Side;

namespace {

/// How an ending appears in a report.
struct EndingWords {
    ReportKind kind;
    OrderReason reason;
    const char* text;
};

EndingWords words_of(Ending ending) {
    switch (ending) {
        case Ending::Filled:
            return {ReportKind::Filled, OrderReason::None, ""};
        case Ending::Canceled:
            return {ReportKind::Canceled, order_reason(EndReason::CanceledByUser), ""};
        case Ending::ExpiredUnfilled:
            break;
        case Ending::ExpiredSelfTrade:
            return {ReportKind::Expired,
                    order_reason(RefusalReason::RejectedByExchange),
                    "EXPIRED_IN_MATCH: an order of the same account would have traded with it"};
        case Ending::ExpiredAtTrigger:
            return {ReportKind::Expired,
                    order_reason(RefusalReason::RejectedByExchange),
                    "refused when it triggered"};
        case Ending::ExpiredReduceOnly:
            return {ReportKind::Expired,
                    order_reason(RefusalReason::ReduceOnlyRefused),
                    "there is no position left that it could reduce"};
    }
    return {ReportKind::Expired,
            order_reason(EndReason::NotFilledAtOnce),
            "no more liquidity within the order's limit"};
}

}  // namespace

void PaperVenue::Call::traded(const Execution& execution) {
    const std::uint64_t id = venue_.next_id();
    price_seen(execution.price);
    settle(execution.taker, execution, id);
    settle(execution.maker, execution, id);
    for (const OrderSerial serial : {execution.taker, execution.maker}) {
        if (serial != kAnonymous) keep_reduce_only(books_of(serial));
    }
}

void PaperVenue::Call::ended(const ExchangeOrder& order, Ending ending) {
    touch(order.serial);
    OrderRecord& record = venue_.open_records_.at(order.serial);
    const EndingWords words = words_of(ending);
    record.kind = words.kind;
    record.reason = words.reason;
    record.reason_text = words.text;
    if (ending == Ending::ExpiredAtTrigger && refused_) {
        record.reason = refused_->reason;
        record.reason_text = to_text(refused_->rejection);
    }
    unlock(record, Money());
}

void PaperVenue::Call::price_seen(Price price) {
    contract_.last_trade = price;
    if (!seen_) seen_.emplace();
    seen_->add(price);
}

void PaperVenue::Call::touch(OrderSerial serial) {
    const auto same = [serial](const Touched& touched) { return touched.serial == serial; };
    if (std::any_of(touched_.begin(), touched_.end(), same)) return;
    const auto& record = venue_.open_records_.at(serial);
    touched_.push_back({.serial = serial, .first_trade = record.trades.size()});
}

void PaperVenue::Call::finish(Reports& reports) {
    // Terminates: each pass ends the waiting of one order, and no order starts to wait meanwhile.
    while (seen_) {
        const auto next = contract_.matching.next_triggered(*seen_);
        if (!next) break;
        trigger_order(*next);
    }
    for (const Touched& touched : touched_) {
        const auto place = venue_.open_records_.find(touched.serial);
        CHECK(place != venue_.open_records_.end());
        place->second.changed = now_;
        reports.push_back(report_of(place->second, touched.first_trade, now_));
        if (place->second.kind == ReportKind::Open) continue;
        venue_.history_.add(std::move(place->second));
        venue_.open_records_.erase(place);
    }
    touched_.clear();
}

/// Books one side of an execution.
void PaperVenue::Call::settle(OrderSerial serial,
                              const Execution& execution,
                              std::uint64_t trade_id) {
    if (serial == kAnonymous) return;
    touch(serial);
    OrderRecord& record = venue_.open_records_.at(serial);
    AccountBooks& books = venue_.accounts_.at(record.name.account);
    const auto& rules = contract_.instrument;
    const bool maker = serial == execution.maker;
    const AccountTrade booked{.side = record.side,
                              .price = execution.price,
                              .quantity = execution.quantity,
                              .fee_rate = maker ? rules.fee_maker : rules.fee_taker};
    record.trades.push_back({.id = trade_id,
                             .price = execution.price,
                             .quantity = execution.quantity,
                             .fee = fee_of(rules.id.market, booked),
                             .fee_asset = fee_asset_of(rules, record.side),
                             .maker = maker,
                             .time = now_});
    const ExchangeOrder* order = contract_.matching.find(serial);
    CHECK(order != nullptr);
    unlock(record, lock_of(*order));
    venue_.book_trade(books, contract_, record.side, record.trades.back());
}

/// Releases the amount locked for an order beyond `keep`.
void PaperVenue::Call::unlock(OrderRecord& record, Money keep) {
    if (record.locked <= keep) return;
    const auto& rules = contract_.instrument;
    AccountBooks& books = venue_.accounts_.at(record.name.account);
    books.spot.unlock(record.side == Side::Buy ? rules.quote : rules.base, record.locked - keep);
    record.locked = keep;
}

/// The amount that a spot order must have locked now.
Money PaperVenue::Call::lock_of(const ExchangeOrder& order) const {
    const auto at = order.lock_price();
    if (contract_.instrument.id.market != Market::Spot || !at) return Money();
    if (order.side == Side::Sell) return Money::from_units(order.open().units());
    return worth(*at, order.open());
}

const PaperVenue::AccountBooks& PaperVenue::Call::books_of(OrderSerial serial) const {
    return venue_.accounts_.at(venue_.open_records_.at(serial).name.account);
}

void PaperVenue::Call::keep_reduce_only(const AccountBooks& books) {
    if (contract_.instrument.id.market != Market::Futures) return;
    std::vector<OrderSerial> reducing;
    for (const auto& [other, order] : contract_.matching.open_orders()) {
        if (order.party != books.party || order.reduce_only == model::ReduceOnly::No) continue;
        if (other == set_off_) {
            reducing.insert(reducing.begin(), other);
        } else if (!order.waits()) {
            reducing.push_back(other);
        }
    }
    if (reducing.empty()) return;
    const Holding holding = venue_.holding(books.id, contract_.instrument.id);
    Quantity room_buys = reducible(holding, Side::Buy);
    Quantity room_sells = reducible(holding, Side::Sell);
    for (const OrderSerial other : reducing) {
        const ExchangeOrder* order = contract_.matching.find(other);
        if (order == nullptr || order->open().is_zero()) continue;
        Quantity& room = order->side == Side::Buy ? room_buys : room_sells;
        const Quantity kept = std::min(room, order->open());
        room -= kept;
        contract_.matching.shrink(other, kept, *this);
    }
}

/// The stop price of a waiting order was reached: it becomes a market or limit order, or expires.
void PaperVenue::Call::trigger_order(OrderSerial serial) {
    set_off_ = serial;
    Matching& matching = contract_.matching;
    const ExchangeOrder* waiting = matching.find(serial);
    if (waiting->reduce_only == model::ReduceOnly::Yes) keep_reduce_only(books_of(serial));
    waiting = matching.find(serial);
    if (waiting != nullptr) {
        ExchangeOrder order = *waiting;
        order.type = triggered_type(order.type);
        unlock(venue_.open_records_.at(serial), lock_of(order));
        refused_ = check_set_off(order);
        if (refused_) {
            matching.expire_waiting(serial, *this);
        } else {
            venue_.open_records_.at(serial).reason = OrderReason::StopTriggered;
            touch(serial);  // W5: reported even when nothing trades at once.
            matching.trigger(serial, *this);
        }
    }
    set_off_ = kAnonymous;
}

/// The price is checked against the market at the trigger. The amount of a spot limit order is
/// locked already; all other money is checked now.
std::optional<PaperVenue::Refusal> PaperVenue::Call::check_set_off(
    const ExchangeOrder& order) const {
    const OrderRecord& record = venue_.open_records_.at(order.serial);
    const AccountBooks& books = venue_.accounts_.at(record.name.account);
    const FilterInput input{.side = order.side,
                            .type = order.type,
                            .reduce_only = order.reduce_only,
                            .quantity = order.open(),
                            .price = order.price,
                            .stop_price = std::nullopt,
                            .reference = reference_of(contract_),
                            .best_opposite = contract_.matching.book().best(opposite(order.side))};
    if (auto refused = check_percent_price(contract_.instrument, input)) return Refusal{*refused};
    const bool locked = books.market == Market::Spot && order.price;
    if (!locked) {
        if (auto refused = venue_.check_money(books, contract_, order)) return refused;
    }
    if (auto refused = contract_.matching.check_taking(order)) {
        const bool post_only = order.time_in_force == model::TimeInForce::PostOnly;
        return Refusal{*refused,
                       post_only ? order_reason(RefusalReason::WouldTakeLiquidity)
                                 : order_reason(EndReason::NotFilledAtOnce)};
    }
    return std::nullopt;
}

}  // namespace botcore::venue
