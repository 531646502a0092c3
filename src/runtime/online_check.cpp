#include "runtime/online_check.hpp"

namespace botcore::runtime {

using model::Money;
using model::Quantity;

namespace {

template <class Map>
Quantity quantity_at(const Map& map, const typename Map::key_type& key) {
    const auto place = map.find(key);
    return place == map.end() ? Quantity() : place->second;
}

bool sets_positions(const model::InputBody& body) {
    return std::holds_alternative<model::ResetAccount>(body) ||
           std::holds_alternative<model::AdoptBooks>(body);
}

}  // namespace

void OnlineCheck::on_committed(const std::vector<model::Record>& records) {
    for (const auto& record : records) {
        if (record.sequence != last_ + 1) forget();
        last_ = record.sequence;
        check(record);
    }
}

void OnlineCheck::forget() {
    filled_.clear();
    sizes_.clear();
    reserved_by_order_.clear();
    reserved_by_position_.clear();
    trades_.clear();
    trades_by_age_.clear();
}

void OnlineCheck::check(const model::Record& record) {
    check_postings(record);
    Sums sums;
    for (const auto& change : record.outcome.changes) {
        if (const auto* fill = std::get_if<model::Fill>(&change)) add_fill(record, *fill, sums);
    }
    for (const auto& change : record.outcome.changes) {
        if (const auto* order = std::get_if<model::Order>(&change)) {
            check_order(record, *order, sums);
        } else if (const auto* position = std::get_if<model::Position>(&change)) {
            check_position(record, *position, sums);
        }
    }
    check_reservations(record);
}

namespace {

/// By how much the reserved amounts in one account's rows grew; `known` is false when an earlier
/// amount is not known.
struct Rise {
    Money amount;
    bool known = true;
};

/// Adds the change of the row's amount and stores the new amount for the next comparison.
template <class Map>
void count_rise(
    Rise& rise, Map& before, const typename Map::key_type& key, Money now, bool is_new) {
    const auto [place, first] = before.try_emplace(key, Money());
    if (first && !is_new) rise.known = false;
    rise.amount += now - place->second;
    place->second = now;
}

}  // namespace

void OnlineCheck::check_reservations(const model::Record& record) {
    std::map<model::AccountId, Rise> rises;
    for (const auto& change : record.outcome.changes) {
        if (const auto* order = std::get_if<model::Order>(&change)) {
            count_rise(rises[order->account],
                       reserved_by_order_,
                       order->number,
                       order->reserved,
                       order->prior_sequence == 0);
            if (!is_live(order->state)) reserved_by_order_.erase(order->number);
        } else if (const auto* position = std::get_if<model::Position>(&change)) {
            count_rise(rises[position->account],
                       reserved_by_position_,
                       {position->account, position->instrument},
                       position->reserved,
                       false);
        }
    }
    for (const auto& posting : record.outcome.postings) {
        if (posting.book == model::Book::Reserved) rises[posting.account].amount -= posting.amount;
    }
    for (const auto& [account, rise] : rises) {
        if (!rise.known || rise.amount.is_zero()) continue;
        find(FindingKind::BalanceMismatch,
             record,
             "the orders of " + account.text() + " set aside " + to_text(rise.amount) +
                 " more than was posted",
             account);
    }
}

void OnlineCheck::check_postings(const model::Record& record) {
    std::map<model::Asset, Money> sums;
    for (const auto& posting : record.outcome.postings)
        sums[posting.asset] += posting.amount;
    for (const auto& [asset, sum] : sums) {
        if (sum.is_zero()) continue;
        find(FindingKind::UnbalancedPostings,
             record,
             "the postings in " + asset.text() + " sum to " + to_text(sum) + ", not to zero",
             record.outcome.postings.front().account);
    }
}

void OnlineCheck::add_fill(const model::Record& record, const model::Fill& fill, Sums& sums) {
    const TradeKey key{fill.account, fill.instrument, fill.trade.id};
    if (!trades_.insert(key).second) {
        find(FindingKind::DuplicateTrade,
             record,
             "trade " + std::to_string(fill.trade.id) + " of " + fill.account.text() +
                 " is booked a second time",
             fill.account);
    } else {
        trades_by_age_.push_back(key);
        if (trades_by_age_.size() > kTradesRemembered) {
            trades_.erase(trades_by_age_.front());
            trades_by_age_.pop_front();
        }
    }
    sums.filled[fill.order_number] += fill.trade.quantity;
    sums.traded[{fill.account, fill.instrument}] +=
        fill.side == model::Side::Buy ? fill.trade.quantity : -fill.trade.quantity;
}

void OnlineCheck::check_order(const model::Record& record,
                              const model::Order& order,
                              const Sums& sums) {
    const auto before = filled_.find(order.number);
    const bool is_new = order.prior_sequence == 0;
    if (is_new || before != filled_.end()) {
        const Quantity expected =
            (is_new ? Quantity() : before->second) + quantity_at(sums.filled, order.number);
        if (order.filled != expected) {
            find(FindingKind::FilledMismatch,
                 record,
                 "order " + order.id.text() + " is filled by " + to_text(order.filled) +
                     ", its fills sum to " + to_text(expected),
                 order.account);
        }
    }
    if (is_live(order.state)) {
        filled_[order.number] = order.filled;
        return;
    }
    filled_.erase(order.number);
    if (!order.reserved.is_zero()) {
        find(FindingKind::BalanceMismatch,
             record,
             "order " + order.id.text() + " has ended and still reserves " +
                 to_text(order.reserved) + " " + order.reserved_asset.text(),
             order.account);
    }
}

void OnlineCheck::check_position(const model::Record& record,
                                 const model::Position& position,
                                 const Sums& sums) {
    const PositionKey key{position.account, position.instrument};
    const auto before = sizes_.find(key);
    if (before != sizes_.end() && !sets_positions(record.input.body)) {
        const Quantity expected = before->second + quantity_at(sums.traded, key);
        if (position.quantity != expected) {
            find(FindingKind::PositionMismatch,
                 record,
                 "position " + position.account.text() + " " + position.instrument.symbol.text() +
                     " is " + to_text(position.quantity) + ", by its fills it would be " +
                     to_text(expected),
                 position.account);
        }
    }
    sizes_[key] = position.quantity;
}

void OnlineCheck::find(FindingKind kind,
                       const model::Record& record,
                       std::string text,
                       std::optional<model::AccountId> account) {
    ++findings_count_;
    report_({.kind = kind,
             .sequence = record.sequence,
             .text = std::move(text),
             .account = std::move(account)});
}

}  // namespace botcore::runtime
