#include "sim/checkers/projection.hpp"

#include <algorithm>
#include <set>

namespace botcore::sim::checkers {

void Projection::change(const model::Change& change, Violations& violations) {
    if (const auto* account = std::get_if<model::Account>(&change)) {
        accounts[account->id] = *account;
    } else if (const auto* instrument = std::get_if<model::Instrument>(&change)) {
        instruments[instrument->id] = *instrument;
    } else if (const auto* order = std::get_if<model::Order>(&change)) {
        // External users may use an id of their own again once its order has ended.
        const auto [place, added] = numbers_.try_emplace(order->id, order->number);
        if (!added && order->role == model::OrderRole::External) {
            place->second = std::max(place->second, order->number);
        } else if (!added && place->second != order->number) {
            violations.add("I2", "id " + order->id.text() + " names two orders");
        }
        const auto known = orders.find(order->number);
        if (known != orders.end() && known->second.id != order->id) {
            violations.add("I2", "order " + std::to_string(order->number) + " changed its id");
        }
        orders[order->number] = *order;
        if (model::is_live(order->state)) {
            live_.insert(order->number);
        } else {
            live_.erase(order->number);
        }
    } else if (const auto* fill = std::get_if<model::Fill>(&change)) {
        const bool added =
            fills.try_emplace({fill->account, fill->instrument, fill->trade.id}, *fill).second;
        if (!added) {
            violations.add("I4", "trade " + std::to_string(fill->trade.id) + " was booked twice");
        }
    } else if (const auto* position = std::get_if<model::Position>(&change)) {
        positions[{position->account, position->instrument}] = *position;
    } else if (const auto* key = std::get_if<model::KeyEntry>(&change)) {
        const auto known = keys.find({key->owner, key->key});
        if (known != keys.end() && (known->second.request_hash != key->request_hash ||
                                    known->second.state == model::KeyState::Done)) {
            violations.add("I8",
                           "key " + key->key.text() + " was used or got a reply a second time");
        }
        keys[{key->owner, key->key}] = *key;
        if (key->state == model::KeyState::Done) completed[{key->owner, key->key}] = newest_time;
    } else if (const auto* risk = std::get_if<model::RiskState>(&change)) {
        risks[risk->account] = *risk;
    } else if (const auto* mode = std::get_if<model::OperatingState>(&change)) {
        operating = *mode;
    } else if (const auto* window = std::get_if<model::MaintenanceWindow>(&change)) {
        windows[window->id] = *window;
    }
}

void Projection::apply(const model::Record& record, Violations& violations) {
    newest_time = record.input.monotonic_time;
    for (const auto& item : record.outcome.changes)
        change(item, violations);
    std::map<model::Asset, model::Money> sums;
    std::set<std::pair<model::AccountId, model::Asset>> touched;
    for (const auto& posting : record.outcome.postings) {
        sums[posting.asset] += posting.amount;
        model::Balance& balance = balances[{posting.account, posting.asset}];
        balance.account = posting.account;
        balance.asset = posting.asset;
        balance.of(posting.book) += posting.amount;
        if (touched.insert({posting.account, posting.asset}).second) balance.version += 1;
    }
    for (const auto& [asset, sum] : sums) {
        if (sum.is_zero()) continue;
        violations.add("I5",
                       "postings of record " + std::to_string(record.sequence) + " in " +
                           asset.text() + " sum to " + to_text(sum));
    }
}

const model::Order* Projection::find(const model::ClientOrderId& id) const {
    const auto number = numbers_.find(id);
    return number == numbers_.end() ? nullptr : &orders.at(number->second);
}

const model::KeyEntry* Projection::find(const KeyName& key) const {
    const auto place = keys.find(key);
    return place == keys.end() ? nullptr : &place->second;
}

const model::Account* Projection::find(const model::AccountId& account) const {
    const auto place = accounts.find(account);
    return place == accounts.end() ? nullptr : &place->second;
}

model::Quantity Projection::reducible(const model::AccountId& account,
                                      const model::InstrumentId& instrument,
                                      model::Side side) const {
    const auto place = positions.find({account, instrument});
    if (place == positions.end()) return {};
    const model::Quantity held = place->second.quantity;
    const bool against = side == model::Side::Buy ? held.is_negative() : held.is_positive();
    if (!against) return {};
    model::Quantity left = magnitude(held);
    for (const auto& [number, order] : orders) {
        if (order.account != account || order.instrument != instrument) continue;
        if (order.side != side || !model::is_live(order.state)) continue;
        if (order.state == model::OrderState::Queued || model::is_conditional(order.type)) continue;
        left -= std::min(left, remaining(order));
    }
    return left;
}

model::Money Projection::reservation(const model::AccountId& account,
                                     const model::Instrument& instrument) const {
    const auto place = positions.find({account, instrument.id});
    if (place == positions.end()) return {};
    const model::Position& position = place->second;
    model::Money longest = position.cost;
    model::Money shortest = position.cost;
    for (const auto number : live_) {
        const model::Order& order = orders.at(number);
        if (order.account != account || order.instrument != instrument.id) continue;
        if (order.state == model::OrderState::Queued || order.reduce_only == model::ReduceOnly::Yes)
            continue;
        const bool waits = model::is_conditional(order.type) && !is_triggered(order);
        if (waits || remaining(order).is_negative()) continue;
        // A market exit that was accepted without a price has no price; it only reduces the
        // position.
        const auto assumed = order.worst_price.value_or(order.stop_price.value_or(model::Price()));
        const auto at = order.price.value_or(assumed);
        const auto worth = model::notional(at, remaining(order)).value();
        (order.side == model::Side::Buy ? longest : shortest) +=
            order.side == model::Side::Buy ? worth : -worth;
    }
    const auto size = std::max(magnitude(longest), magnitude(shortest));
    const auto more = size - magnitude(position.cost);
    return divided(more, position.leverage, model::Rounding::Up).value() +
           scaled(more, instrument.fee_taker, model::Rounding::Up).value();
}

model::Quantity Projection::held_against(const model::Order& order) const {
    const auto place = positions.find({order.account, order.instrument});
    if (place == positions.end()) return {};
    const model::Quantity held = place->second.quantity;
    const bool against = order.side == model::Side::Buy ? held.is_negative() : held.is_positive();
    return against ? magnitude(held) : model::Quantity();
}

bool Projection::is_exit(const model::Order& order) const {
    if (order.instrument.market == model::Market::Spot) return order.side == model::Side::Sell;
    if (order.type == model::OrderType::Market && order.reduce_only == model::ReduceOnly::Yes) {
        // Resting orders are canceled for a close; market orders in progress are not.
        model::Quantity left = held_against(order);
        for (const auto& [number, other] : orders) {
            const bool closes = other.account == order.account &&
                                other.instrument == order.instrument && other.side == order.side &&
                                other.type == model::OrderType::Market &&
                                model::is_live(other.state);
            if (closes) left -= std::min(left, remaining(other));
        }
        return left >= order.quantity;
    }
    if (!model::is_conditional(order.type)) {
        return reducible(order.account, order.instrument, order.side) >= order.quantity;
    }
    return order.reduce_only == model::ReduceOnly::Yes && held_against(order) >= order.quantity;
}

namespace {

template <class Map>
auto values_of(const Map& map) {
    std::vector<typename Map::mapped_type> values;
    for (const auto& [key, value] : map)
        values.push_back(value);
    return values;
}

template <class Row>
void compare_tables(const char* table,
                    const std::vector<Row>& rows,
                    const std::vector<Row>& folded,
                    const std::string& invariant,
                    Violations& violations) {
    if (rows.size() != folded.size()) {
        violations.add(invariant,
                       std::string(table) + ": " + std::to_string(rows.size()) +
                           " rows, but the journal gives " + std::to_string(folded.size()));
        return;
    }
    for (const Row& row : rows) {
        if (std::find(folded.begin(), folded.end(), row) != folded.end()) continue;
        violations.add(invariant, std::string(table) + ": a row differs from the journal's");
    }
}

void compare_operation(const Rows& rows,
                       const Rows& folded,
                       const std::string& invariant,
                       Violations& violations) {
    compare_tables("risks", rows.risks, folded.risks, invariant, violations);
    compare_tables("operating mode", rows.operating, folded.operating, invariant, violations);
    compare_tables("maintenance windows", rows.windows, folded.windows, invariant, violations);
}

}  // namespace

Rows Projection::rows() const {
    return {.accounts = values_of(accounts),
            .instruments = values_of(instruments),
            .orders = values_of(orders),
            .fills = values_of(fills),
            .positions = values_of(positions),
            .balances = values_of(balances),
            .keys = values_of(keys),
            .risks = values_of(risks),
            .operating = {operating},
            .windows = values_of(windows)};
}

void Projection::compare(const Rows& rows,
                         const std::string& invariant,
                         Violations& violations) const {
    const Rows folded = this->rows();
    compare_tables("accounts", rows.accounts, folded.accounts, invariant, violations);
    compare_tables("instruments", rows.instruments, folded.instruments, invariant, violations);
    compare_tables("orders", rows.orders, folded.orders, invariant, violations);
    compare_tables("fills", rows.fills, folded.fills, invariant, violations);
    compare_tables("positions", rows.positions, folded.positions, invariant, violations);
    compare_tables("balances", rows.balances, folded.balances, invariant, violations);
    compare_tables("keys", rows.keys, folded.keys, invariant, violations);
    compare_operation(rows, folded, invariant, violations);
}

void Projection::compare_open(const Rows& rows,
                              const std::string& invariant,
                              Violations& violations) const {
    Rows folded = this->rows();
    std::erase_if(folded.orders, [](const auto& row) { return !model::is_live(row.state); });
    std::erase_if(folded.keys,
                  [](const auto& row) { return row.state != model::KeyState::Pending; });
    compare_tables("accounts", rows.accounts, folded.accounts, invariant, violations);
    compare_tables("instruments", rows.instruments, folded.instruments, invariant, violations);
    compare_tables("live orders", rows.orders, folded.orders, invariant, violations);
    compare_tables("positions", rows.positions, folded.positions, invariant, violations);
    compare_tables("balances", rows.balances, folded.balances, invariant, violations);
    compare_tables("pending keys", rows.keys, folded.keys, invariant, violations);
    compare_operation(rows, folded, invariant, violations);
}

}  // namespace botcore::sim::checkers
