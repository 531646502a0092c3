#include "venue/paper_venue.hpp"

#include <algorithm>
#include <utility>

namespace botcore::venue {

using model::AccountId;
using model::InstrumentId;
using model::Market;
using model::Money;
using model::OrderReport;
using model::Price;
using model::Quantity;
using model::Reason;
using model::ReportKind;
using model::Side;
using model::Timestamp;

namespace {

/// How an ending looks in a report.
struct EndingWords {
    ReportKind kind;
    Reason reason;
    const char* text;
};

EndingWords words_of(Ending ending) {
    switch (ending) {
        case Ending::Filled:
            return {ReportKind::Filled, Reason::None, ""};
        case Ending::Canceled:
            return {ReportKind::Canceled, Reason::CanceledByUser, ""};
        case Ending::ExpiredUnfilled:
            break;
        case Ending::ExpiredSelfTrade:
            return {ReportKind::Expired,
                    Reason::RejectedByExchange,
                    "EXPIRED_IN_MATCH: an order of the same account would have traded with it"};
        case Ending::ExpiredReduceOnly:
            return {ReportKind::Expired,
                    Reason::ReduceOnlyRefused,
                    "there is no position left that it could reduce"};
    }
    return {
        ReportKind::Expired, Reason::NotFilledAtOnce, "no more liquidity within the order's limit"};
}

OrderReport plain_report(const OrderName& name, ReportKind kind, Timestamp now) {
    OrderReport report;
    report.account = name.account;
    report.instrument = name.instrument;
    report.id = name.id;
    report.kind = kind;
    report.venue_time = now;
    return report;
}

/// What a reduce-only order of `side` may close of the holding.
Quantity reducible(const Holding& holding, Side side) {
    const bool closes =
        side == Side::Sell ? holding.quantity.is_positive() : holding.quantity.is_negative();
    return closes ? model::magnitude(holding.quantity) : Quantity();
}

}  // namespace

/// One call of a public method on one contract: books what happens and collects whom to report.
class PaperVenue::Call final : public MatchingEvents {
public:
    Call(PaperVenue& venue, Contract& contract, Timestamp now)
        : venue_(venue),
          contract_(contract),
          now_(now) {}

    void traded(const Execution& execution) override {
        const std::uint64_t id = venue_.next_id();
        contract_.last_trade = execution.price;
        settle(execution.taker, execution, id);
        settle(execution.maker, execution, id);
        keep_reduce_only(execution.taker);
        keep_reduce_only(execution.maker);
    }

    void ended(const ExchangeOrder& order, Ending ending) override {
        touch(order.serial);
        OrderRecord& record = venue_.open_records_.at(order.serial);
        const EndingWords words = words_of(ending);
        record.kind = words.kind;
        record.reason = words.reason;
        record.reason_text = words.text;
        unlock(record, Money());
    }

    /// Will be reported; the order of the first touches is the order of the reports.
    void touch(OrderSerial serial) {
        const auto same = [serial](const Touched& touched) { return touched.serial == serial; };
        if (std::any_of(touched_.begin(), touched_.end(), same)) return;
        const auto& record = venue_.open_records_.at(serial);
        touched_.push_back({.serial = serial, .first_trade = record.trades.size()});
    }

    /// Reports whom this call touched and moves ended orders to the history.
    void report(Reports& reports) {
        for (const Touched& touched : touched_) {
            const auto place = venue_.open_records_.find(touched.serial);
            CHECK(place != venue_.open_records_.end());
            reports.push_back(report_of(place->second, touched.first_trade, now_));
            if (place->second.kind == ReportKind::Open) continue;
            venue_.history_.add(std::move(place->second));
            venue_.open_records_.erase(place);
        }
        touched_.clear();
    }

private:
    struct Touched {
        OrderSerial serial;
        std::size_t first_trade = 0;
    };

    /// Books one side of an execution.
    void settle(OrderSerial serial, const Execution& execution, std::uint64_t trade_id) {
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

    /// Gives back what is locked for an order beyond `keep`.
    void unlock(OrderRecord& record, Money keep) {
        if (record.locked <= keep) return;
        const auto& rules = contract_.instrument;
        AccountBooks& books = venue_.accounts_.at(record.name.account);
        books.spot.unlock(record.side == Side::Buy ? rules.quote : rules.base,
                          record.locked - keep);
        record.locked = keep;
    }

    /// What a spot order must have locked now.
    [[nodiscard]] Money lock_of(const ExchangeOrder& order) const {
        if (contract_.instrument.id.market != Market::Spot || !order.price) return Money();
        if (order.side == Side::Sell) return Money::from_units(order.open().units());
        return worth(*order.price, order.open());
    }

    /// W4: after the position behind this order has changed.
    void keep_reduce_only(OrderSerial serial) {
        if (serial == kAnonymous || contract_.instrument.id.market != Market::Futures) return;
        const auto& name = venue_.open_records_.at(serial).name;
        const AccountBooks& books = venue_.accounts_.at(name.account);
        std::vector<OrderSerial> reducing;
        for (const auto& [other, order] : contract_.matching.open_orders()) {
            if (order.party == books.party && order.reduce_only == model::ReduceOnly::Yes) {
                reducing.push_back(other);
            }
        }
        if (reducing.empty()) return;
        const Holding holding = venue_.holding(name.account, name.instrument);
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

    PaperVenue& venue_;
    Contract& contract_;
    Timestamp now_;
    std::vector<Touched> touched_;
};

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
                       Reason::RejectedByExchange};
    }
    Contract* contract = find_contract(instruction.instrument);
    if (contract == nullptr || books->market != instruction.instrument.market) {
        return Refusal{{-1121, "Invalid symbol."}, Reason::RejectedByExchange};  // W2
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
                        .price = instruction.price};
    Matching& matching = contract->matching;
    if (auto twice = matching.check_duplicate(order)) return Refusal{*twice};
    if (order.reduce_only == model::ReduceOnly::Yes) {
        Quantity room = reducible(holding(books->id, contract->instrument.id), order.side);
        for (const auto& [serial, other] : matching.open_orders()) {
            const bool reduces = other.reduce_only == model::ReduceOnly::Yes;
            if (reduces && other.party == order.party && other.side == order.side) {
                room -= other.open();
            }
        }
        if (!room.is_positive()) {
            return Refusal{{-2022, "ReduceOnly Order is rejected."}, Reason::RejectedByExchange};
        }
        order.withdrawn = order.quantity - std::min(room, order.quantity);  // W4
    }
    if (auto refused = check_money(*books, *contract, order)) return refused;
    if (auto refused = matching.check(order)) {
        const bool post_only = order.time_in_force == model::TimeInForce::PostOnly;
        return Refusal{*refused, post_only ? Reason::WouldTakeLiquidity : Reason::NotFilledAtOnce};
    }
    order.serial = OrderSerial(next_id());
    open_records_.emplace(order.serial,
                          OrderRecord{.serial = order.serial,
                                      .name = {books->id, contract->instrument.id, order.id},
                                      .side = order.side,
                                      .venue_order_id = std::to_string(order.serial.number()),
                                      .filled_before = Quantity(),
                                      .trades = {},
                                      .locked = Money(),
                                      .reason_text = {}});
    lock_for(*books, *contract, order);
    Call call(*this, *contract, now);
    call.touch(order.serial);
    matching.enter(std::move(order), call);
    call.report(reports);
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
        report.reason = Reason::RejectedByExchange;
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
        report.reason = Reason::OrderNotOpen;
        report.reason_text = to_text(Rejection{-2011, "Unknown order sent."});
        reports.push_back(std::move(report));
        return;
    }
    Call call(*this, *contract, now);
    const bool canceled = contract->matching.cancel(order->serial, call);
    CHECK(canceled);
    call.report(reports);
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
    report.reason = Reason::OrderUnknown;
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
    call.report(reports);
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
    contract->last_trade = trade.price;
    Call call(*this, *contract, now);
    contract->matching.public_trade(trade, call);
    call.report(reports);
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

void PaperVenue::seat(const AccountSeat& seat, Timestamp now, Reports& reports) {
    AccountBooks& books = take_over_money(seat);
    forget_unknown(books, seat);
    book_missing_trades(books, seat);
    for (const model::Order& row : seat.live_orders)
        seat_order(books, row, now, reports);
}

void PaperVenue::seat_order(AccountBooks& books,
                            const model::Order& row,
                            Timestamp now,
                            Reports& reports) {
    Contract* contract = find_contract(row.instrument);
    if (contract == nullptr || row.instrument.market != books.market) return;
    if (const ExchangeOrder* here = contract->matching.find(books.party, row.id)) {
        lock_for(books, *contract, *here);
        return;
    }
    const bool resting = row.state == model::OrderState::Open && row.price.has_value() &&
                         row.type == model::OrderType::Limit && remaining(row).is_positive();
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
                        .price = row.price};
    const std::string& known_id = row.venue_order_id;
    open_records_.emplace(
        order.serial,
        OrderRecord{
            .serial = order.serial,
            .name = name,
            .side = order.side,
            .venue_order_id = known_id.empty() ? std::to_string(order.serial.number()) : known_id,
            .filled_before = row.filled,
            .trades = {},
            .locked = Money(),
            .reason_text = {}});
    lock_for(books, *contract, order);
    Call call(*this, *contract, now);
    contract->matching.enter(std::move(order), call);
    call.report(reports);
}

}  // namespace botcore::venue
