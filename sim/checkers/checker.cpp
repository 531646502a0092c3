#include "sim/checkers/checker.hpp"

#include <algorithm>
#include <utility>

namespace botcore::sim::checkers {

using model::OrderState;

/// If the record says that the exchange does not have the order (Absent, Refused, Rejected), checks
/// that this is true.
void Checker::check_verdict(const model::Order& order) {
    const bool denied = order.state == OrderState::Absent || order.state == OrderState::Refused ||
                        order.state == OrderState::Rejected;
    if (!denied || assumptions_ == Assumptions::Broken || !at_venue_.contains(order.id)) return;
    violations_.add("I3",
                    "order " + order.id.text() + " was declared " +
                        std::string(to_text(order.state)) + ", but the exchange has it");
}

void Checker::on_committed(const model::Head& expected, const std::vector<StoredRecord>& records) {
    journal_->on_committed(expected, records);
    for (const auto& stored : records) {
        hashes_[stored.record.sequence] = stored.hash;
        check_doubts(stored.record);
        if (behind_ && stored.record.input.storage != model::StorageState::Behind) {
            violations_.add("I9",
                            "record " + std::to_string(stored.record.sequence) +
                                " was decided without regard to the records that the store lacks");
        }
        for (const auto& change : stored.record.outcome.changes) {
            if (const auto* order = std::get_if<model::Order>(&change)) {
                check_verdict(*order);
                cancels_[{order->id, order->cancel_attempt.number}] = order->cancel_attempt;
            }
            const auto* fill = std::get_if<model::Fill>(&change);
            if (fill == nullptr) continue;
            const auto known = trades_.find({fill->account, fill->instrument, fill->trade.id});
            if (known == trades_.end() || !(known->second.trade == fill->trade) ||
                known->second.order != fill->order_id) {
                violations_.add(
                    "I4",
                    "trade " + std::to_string(fill->trade.id) +
                        " was booked, but the exchange executed it differently or not at all");
            }
        }
    }
}

void Checker::on_doubts(const std::vector<model::AccountId>& accounts) {
    doubts_read_.clear();
    for (const auto& account : accounts)
        if (!frozen(account)) doubts_read_.insert(account);
}

/// Until an account in doubt is frozen, no order, position or balance of it may change.
void Checker::check_doubts(const model::Record& record) {
    if (const auto* freeze = std::get_if<model::FreezeAccount>(&record.input.body)) {
        doubted_.erase(freeze->account);
    }
    if (std::holds_alternative<model::StartEpoch>(record.input.body)) {
        doubted_ = std::exchange(doubts_read_, {});
        return;
    }
    for (const auto& change : record.outcome.changes) {
        const auto* order = std::get_if<model::Order>(&change);
        if (order == nullptr || !doubted_.contains(order->account)) continue;
        violations_.add("I13",
                        "record " + std::to_string(record.sequence) + " changed order " +
                            order->id.text() + " of an account in doubt before it was frozen");
    }
}

void Checker::on_order_left(const model::OrderInstruction& instruction) {
    const std::string name = instruction.id.text();
    const model::Order* order = projection().find(instruction.id);
    if (order == nullptr) {
        violations_.add("I1", "order " + name + " was sent before its intent was durable");
        return;
    }
    if (!(order->attempt == instruction.attempt)) {
        violations_.add("I1", "order " + name + " was sent with an attempt that is not durable");
    }
    if (order->state != OrderState::Intended) {
        violations_.add("I1",
                        "order " + name + " was sent although its state is " +
                            std::string(to_text(order->state)));
    }
    const bool same = order->account == instruction.account && order->side == instruction.side &&
                      order->instrument == instruction.instrument &&
                      order->type == instruction.type && order->price == instruction.price &&
                      order->stop_price == instruction.stop_price &&
                      order->quantity == instruction.quantity &&
                      order->time_in_force == instruction.time_in_force &&
                      order->reduce_only == instruction.reduce_only;
    if (!same) violations_.add("I1", "order " + name + " was sent with other fields than recorded");
    if (!left_.insert({instruction.id, instruction.attempt.number}).second) {
        violations_.add("I13", "an attempt of order " + name + " was sent twice");
    }
}

void Checker::on_cancel_left(const model::CancelInstruction& instruction) {
    // One batch may record two attempts of a cancel.
    const auto recorded = cancels_.find({instruction.id, instruction.attempt.number});
    if (recorded == cancels_.end() || !(recorded->second == instruction.attempt)) {
        violations_.add(
            "I1",
            "a cancel of " + instruction.id.text() + " was sent before its attempt was durable");
    }
}

void Checker::on_order_written(const model::ClientOrderId& id) {
    if (!written_.insert(id).second) {
        violations_.add("I13", "order " + id.text() + " was written to the exchange twice");
    }
}

void Checker::on_reply(const ReplySeen& reply) {
    const std::string name = reply.key.second.text();
    const model::KeyEntry* entry = projection().find(reply.key);
    if (reply.mismatch) {
        if (entry == nullptr || entry->request_hash == reply.request_hash) {
            violations_.add(
                "I8", "key " + name + " was refused as reused, although the request is the same");
        }
        return;
    }
    if (reply.pending && entry == nullptr) {
        violations_.add("I6", "key " + name + " was reported as in progress, but is not durable");
    }
    if (reply.pending && entry != nullptr && entry->request_hash != reply.request_hash) {
        violations_.add("I8", "key " + name + " was reported as in progress for another request");
    }
    if (reply.expired) check_expired(reply, entry);
    if (!reply.verdict) return;
    if (entry == nullptr || entry->state != model::KeyState::Done ||
        entry->status != reply.status || reply.stored_body != reply.body) {
        violations_.add(
            "I6",
            "the outcome that was replied under key " + name + " differs from the durable one");
    }
    if (entry != nullptr && entry->request_hash != reply.request_hash) {
        violations_.add("I8", "key " + name + " replied to another request than its own");
    }
    const auto completed = projection().completed.find(reply.key);
    const auto [place, added] = answered_.try_emplace(
        reply.key,
        KeyHistory{.hash = reply.request_hash,
                   .body = reply.body,
                   .status = reply.status,
                   .completed = completed == projection().completed.end() ? model::Timestamp()
                                                                          : completed->second});
    const KeyHistory& first = place->second;
    if (!added && (first.hash != reply.request_hash || first.body != reply.body ||
                   first.status != reply.status)) {
        violations_.add("I8", "key " + name + " got two different replies");
    }
}

/// A reply is stored for at least a day, measured on the journal's monotonic scale.
void Checker::check_expired(const ReplySeen& reply, const model::KeyEntry* entry) {
    const std::string name = reply.key.second.text();
    if (entry == nullptr || entry->state != model::KeyState::Done ||
        entry->request_hash != reply.request_hash) {
        violations_.add(
            "I6", "the reply under key " + name + " was reported as expired, but was never stored");
        return;
    }
    const auto age = projection().newest_time - projection().completed.at(reply.key);
    // The newest record may be older than the reply by the length of a run.
    if (age + model::Duration::seconds(600) < model::Duration::seconds(86'400)) {
        violations_.add("I8",
                        "the reply under key " + name + " expired after " +
                            std::to_string(age.in_milliseconds()) + " ms");
    }
}

void Checker::on_loaded(const model::Head& head, const Rows& open) {
    if (head.sequence != journal_->sequence()) {
        violations_.add("I10",
                        "a term began at record " + std::to_string(head.sequence) +
                            ", the last commit was " + std::to_string(journal_->sequence()));
    }
    projection().compare_open(open, "I10", violations_);
    if (!std::exchange(venue_lost_, false)) return;
    for (auto& [name, trade] : trades_)
        trade.lost = trade.lost && !projection().fills.contains(name);
}

void Checker::on_read(model::Sequence sequence, const model::Head& head) {
    const auto hash = hashes_.find(head.sequence);
    const bool durable = head.sequence == 0 || (hash != hashes_.end() && hash->second == head.hash);
    if (durable && sequence == head.sequence) return;
    violations_.add("I6",
                    "a reader saw record " + std::to_string(sequence) + ", which is not durable");
}

void Checker::on_venue_trade(const TradeName& name,
                             const model::ClientOrderId& order,
                             const model::Trade& trade) {
    trades_.try_emplace(name, VenueTrade{order, trade, false});
}

void Checker::on_venue_lost() {
    for (auto& [name, trade] : trades_) {
        if (!projection().fills.contains(name)) trade.lost = true;
    }
    venue_lost_ = true;
    at_venue_.clear();
}

void Checker::on_restore() {
    journal_.emplace(violations_);
    hashes_.clear();
    restore_ = true;
    doubts_read_.clear();
    doubted_.clear();
}

void Checker::on_restored() {
    std::erase_if(answered_, [this](const auto& item) {
        const auto completed = projection().completed.find(item.first);
        return completed == projection().completed.end() ||
               completed->second != item.second.completed;
    });
}

void Checker::audit_rows(const Rows& rows) {
    projection().compare(rows, "I5", violations_);
}

bool Checker::frozen(const model::AccountId& account) const {
    const auto* row = projection().find(account);
    return row != nullptr && row->state == model::AccountState::Frozen;
}

void Checker::audit_quiet(const VenueTruth& truth) {
    audit_orders(truth);
    audit_trades();
    audit_money(truth);
    audit_protection(truth);
    audit_frozen();
    for (const auto& [key, entry] : projection().keys) {
        if (entry.state == model::KeyState::Done) continue;
        violations_.add("LIVENESS", "key " + key.second.text() + " never got a reply");
    }
}

void Checker::audit_orders(const VenueTruth& truth) {
    std::map<model::ClientOrderId, VenueTruth::OpenOrder> resting;
    for (const auto& order : truth.open_orders)
        resting[order.id] = order;
    for (const auto& [id, order] : resting) {
        if (projection().find(id) != nullptr) continue;
        violations_.add("I4", "order " + id.text() + " rests at the exchange, but has no record");
    }
    for (const auto& [number, order] : projection().orders) {
        const std::string name = order.id.text() + " (" + std::string(to_text(order.state)) + ")";
        const auto there = resting.find(order.id);
        const bool open = there != resting.end();
        if (order.state == OrderState::Intended || order.state == OrderState::Unknown) {
            violations_.add("LIVENESS", "order " + name + " never reached a final state");
        } else if (order.state == OrderState::Open && !open) {
            violations_.add("LIVENESS",
                            "order " + name + " is open in the journal, but not at the exchange");
        } else if (order.state == OrderState::Open && there->second.filled != order.filled) {
            violations_.add("I4", "order " + name + " has other fills than the exchange");
        } else if (order.state == OrderState::Open &&
                   order.reason == model::OrderReason::StopTriggered && !there->second.triggered) {
            violations_.add("I12",
                            "order " + name + " was triggered, but waits for its stop price again");
        } else if (order.state != OrderState::Open && open && !frozen(order.account)) {
            violations_.add(
                "I3", "order " + name + " rests at the exchange, but its account is not frozen");
        }
        if (order.cancel != model::CancelState::None && model::is_live(order.state)) {
            violations_.add("LIVENESS", "the cancel of " + name + " never ended");
        }
        const bool denied = order.state == OrderState::Absent ||
                            order.state == OrderState::Refused ||
                            order.state == OrderState::Rejected;
        if (!denied || !at_venue_.contains(order.id)) continue;
        if (assumptions_ == Assumptions::Hold) {
            violations_.add("I3", "order " + name + " reached the exchange");
        } else if (!frozen(order.account)) {
            violations_.add(
                "I3",
                "order " + name + " reached the exchange late, but its account is not frozen");
        }
    }
}

void Checker::audit_trades() {
    for (const auto& [name, known] : trades_) {
        const bool booked = projection().fills.contains(name);
        if (known.lost && booked) {
            violations_.add("I4",
                            "trade " + std::to_string(known.trade.id) +
                                " of a lost venue was booked after its loss");
        } else if (!known.lost && !booked) {
            violations_.add("I4",
                            "trade " + std::to_string(known.trade.id) + " of order " +
                                known.order.text() + " was never booked");
        }
    }
}

/// Whether the account's fills were booked in the order in which they happened.
bool Checker::booked_in_order(const model::AccountId& account) const {
    std::map<std::pair<model::Sequence, std::uint32_t>, std::uint64_t> booked;
    for (const auto& [name, fill] : projection().fills) {
        if (fill.account == account) booked[{fill.sequence, fill.index}] = fill.trade.id;
    }
    std::uint64_t last = 0;
    for (const auto& [place, id] : booked) {
        if (id < last) return false;
        last = id;
    }
    return true;
}

/// If fills are booked in a different order than they happened, profit may be realized at different
/// times. Our journal and the exchange must then agree on money less the cost of positions.
void Checker::audit_money(const VenueTruth& truth) {
    if (!truth.own_books) return;
    std::map<model::AccountId, model::Money> shifted;
    for (const auto& item : truth.holdings) {
        const auto place = projection().positions.find({item.account, item.instrument});
        const bool none = place == projection().positions.end();
        const model::Quantity quantity = none ? model::Quantity() : place->second.quantity;
        const model::Money cost = none ? model::Money() : place->second.cost;
        if (quantity != item.quantity || (cost != item.cost && booked_in_order(item.account))) {
            violations_.add("I5",
                            item.account.text() + " holds a position of " + to_text(quantity) +
                                " for " + to_text(cost) + " in the journal, and of " +
                                to_text(item.quantity) + " for " + to_text(item.cost) +
                                " at the exchange");
        }
        shifted[item.account] += cost - item.cost;
    }
    for (const auto& item : truth.money) {
        const auto place = projection().balances.find({item.account, item.asset});
        const model::Money ours =
            place == projection().balances.end() ? model::Money() : place->second.total();
        if (ours == item.amount + shifted[item.account]) continue;
        violations_.add("I5",
                        item.account.text() + " holds " + to_text(ours) + " " + item.asset.text() +
                            " in the journal and " + to_text(item.amount) + " at the exchange");
    }
}

/// Checks that stops only reduce positions, that every reducing order ends with its position, and
/// that no position stays unprotected.
void Checker::audit_protection(const VenueTruth& truth) {
    for (const auto& [name, position] : projection().positions) {
        if (position.unprotected.is_zero()) continue;
        violations_.add("S1",
                        position.account.text() + " still holds " + to_text(position.unprotected) +
                            " " + position.instrument.symbol.text() + " without a stop");
    }
    for (const auto& [number, order] : projection().orders) {
        const bool reduces = order.reduce_only == model::ReduceOnly::Yes;
        const bool ours = !model::is_imported(order.role);
        if (!reduces || !ours || order.state != OrderState::Open) continue;
        if (projection().held_against(order).is_positive()) continue;
        violations_.add("S2",
                        std::string(to_text(order.type)) + " " + order.id.text() +
                            " rests although there is no position to reduce");
    }
    // Only an exchange with its own books has an unbroken list of trades without resets.
    if (!truth.own_books) return;
    std::map<std::uint64_t, std::vector<const TradeName*>> by_age;
    for (const auto& [name, known] : trades_)
        by_age[std::get<2>(name)].push_back(&name);
    std::map<std::pair<model::AccountId, model::InstrumentId>, model::Quantity> held;
    for (const auto& [id, names] : by_age) {
        for (const TradeName* name : names) {
            const VenueTrade& known = trades_.at(*name);
            const model::Order* order = projection().find(known.order);
            if (order == nullptr) continue;
            model::Quantity& position = held[{std::get<0>(*name), std::get<1>(*name)}];
            const model::Quantity before = position;
            const bool buys = order->side == model::Side::Buy;
            position += buys ? known.trade.quantity : -known.trade.quantity;
            if (order->role == model::OrderRole::Plain || is_imported(order->role)) continue;
            const bool against = buys ? before.is_negative() : before.is_positive();
            if (against && known.trade.quantity <= magnitude(before)) continue;
            violations_.add("S2",
                            "trade " + std::to_string(id) + " of " + order->id.text() + " (" +
                                std::string(to_text(order->role)) + ") opened a position");
        }
    }
}

void Checker::audit_frozen() {
    if (assumptions_ == Assumptions::Broken) return;
    for (const auto& [id, account] : projection().accounts) {
        if (account.state != model::AccountState::Frozen) continue;
        // Freezing is correct here: the exchange has an order of this system whose record was lost.
        if (account.frozen_reason == model::FreezeReason::OrphanOrder && restore_) continue;
        violations_.add("LIVENESS",
                        "account " + id.text() + " is frozen (" +
                            std::string(to_text(account.frozen_reason)) +
                            ") although the exchange kept all assumptions");
    }
}

}  // namespace botcore::sim::checkers
