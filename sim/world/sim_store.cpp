#include "sim/world/sim_store.hpp"

#include "base/check.hpp"
#include "protocol/journal.hpp"
#include "sim/world/marks.hpp"

#include <algorithm>

namespace botcore::sim {

using ports::CommitResult;
using ports::StoreError;

ports::LiveOrder SimStore::with_trades(const model::Order& order) const {
    const auto ids = trade_ids_.find(order.number);
    return {order, ids == trade_ids_.end() ? std::vector<std::uint64_t>() : ids->second};
}

ports::StoreResult<ports::Snapshot> SimStore::load() {
    if (faults_.strikes(Fault::LoadFails)) {
        REACHED("store: load failed");
        return base::Failure{StoreError::Unavailable};
    }
    ports::Snapshot snapshot;
    snapshot.head = head_;
    for (const auto& [id, row] : accounts_)
        snapshot.accounts.push_back(row);
    for (const auto& [id, row] : instruments_)
        snapshot.instruments.push_back(row);
    for (const auto& [id, row] : balances_)
        snapshot.balances.push_back(row);
    for (const auto& [id, row] : positions_)
        snapshot.positions.push_back(row);
    for (const auto& [id, row] : orders_) {
        if (model::is_live(row.state)) snapshot.orders.push_back(with_trades(row));
    }
    for (const auto& [id, row] : risks_)
        snapshot.risks.push_back(row);
    snapshot.operating = operating_;
    for (const auto& [id, row] : windows_)
        snapshot.windows.push_back(row);
    for (const auto& [id, row] : keys_) {
        if (row.entry.state == model::KeyState::Pending) snapshot.pending_keys.push_back(row);
    }
    return snapshot;
}

CommitResult SimStore::commit(const ports::Batch& batch) {
    CHECK(!batch.entries.empty());
    if (faults_.strikes(Fault::CrashCommitLost)) {
        REACHED("crash: commit lost");
        kill_();
        return CommitResult::Unavailable;
    }
    if (faults_.strikes(Fault::UnavailableLost)) {
        REACHED("store: unavailable without effect");
        return CommitResult::Unavailable;
    }
    if (batch.expected != head_ || batch.epoch < head_.epoch) {
        REACHED("store: conflict");
        return CommitResult::Conflict;
    }
    write(batch);
    if (faults_.strikes(Fault::CrashCommitKept)) {
        REACHED("crash: commit kept");
        kill_();
        return CommitResult::Committed;
    }
    if (faults_.strikes(Fault::UnavailableKept)) {
        REACHED("store: unavailable with effect");
        return CommitResult::Unavailable;
    }
    return CommitResult::Committed;
}

void SimStore::write(const ports::Batch& batch) {
    std::vector<checkers::StoredRecord> records;
    for (const auto& entry : batch.entries) {
        auto record = protocol::decode_record(entry.bytes);
        if (!record) {
            judge_.add("I12", "record " + std::to_string(entry.sequence) + " cannot be read back");
            continue;
        }
        records.push_back({std::move(record).value(), entry.hash, protocol::hash_of(entry.bytes)});
        journal_.push_back(entry);
    }
    for (const auto& row : batch.accounts)
        accounts_[row.id] = row;
    for (const auto& row : batch.instruments)
        instruments_[row.id] = row;
    for (const auto& row : batch.orders)
        orders_[row.number] = row;
    for (const auto& row : batch.fills) {
        const bool added =
            fills_.try_emplace({row.account, row.instrument, row.trade.id}, row).second;
        if (!added) judge_.add("I4", "a fill row was inserted twice");
        trade_ids_[row.order_number].push_back(row.trade.id);
    }
    for (const auto& row : batch.positions)
        positions_[{row.account, row.instrument}] = row;
    for (const auto& row : batch.balances)
        balances_[{row.account, row.asset}] = row;
    for (const auto& row : batch.keys)
        keys_[{row.entry.owner, row.entry.key}] = row;
    for (const auto& row : batch.risks)
        risks_[row.account] = row;
    if (batch.operating) operating_ = *batch.operating;
    for (const auto& row : batch.windows)
        windows_[row.id] = row;
    head_ = batch.head();
    judge_.on_committed(batch.expected, records);  // T1
    if (witness_) witness_();
}

ports::StoreResult<std::optional<ports::KeyRow>> SimStore::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    if (faults_.strikes(Fault::ReadFails)) {
        REACHED("store: read failed");
        return base::Failure{StoreError::Unavailable};
    }
    const auto* row = key_row({owner, key});
    return row == nullptr ? std::optional<ports::KeyRow>() : std::optional(*row);
}

ports::StoreResult<std::optional<ports::LiveOrder>> SimStore::find_order(
    model::OrderNumber number) {
    if (faults_.strikes(Fault::ReadFails)) {
        REACHED("store: read failed");
        return base::Failure{StoreError::Unavailable};
    }
    const auto place = orders_.find(number);
    if (place == orders_.end()) return std::optional<ports::LiveOrder>();
    return std::optional(with_trades(place->second));
}

ports::StoreResult<std::vector<model::Order>> SimStore::orders(const ports::OrderQuery& query) {
    std::vector<model::Order> page;
    for (auto row = orders_.rbegin(); row != orders_.rend() && page.size() < query.limit; ++row) {
        const model::Order& order = row->second;
        if (order.account != query.account || order.number >= query.before) continue;
        if (query.symbol && order.instrument.symbol != *query.symbol) continue;
        if (!query.live_only || model::is_live(order.state)) page.push_back(order);
    }
    return page;
}

ports::StoreResult<std::vector<model::Fill>> SimStore::fills(const ports::FillQuery& query) {
    std::map<std::pair<model::Sequence, std::uint32_t>, model::Fill> found;
    for (const auto& [name, fill] : fills_) {
        if (fill.account != query.account || fill.sequence >= query.before) continue;
        if (!query.symbol || fill.instrument.symbol == *query.symbol) {
            found[{fill.sequence, fill.index}] = fill;
        }
    }
    std::vector<model::Fill> page;
    const auto take = [&](const auto& row) {
        if (page.size() >= query.limit && page.back().sequence != row.second.sequence) return;
        page.push_back(row.second);
    };
    if (query.after) {
        std::for_each(found.upper_bound({*query.after, ~std::uint32_t{0}}), found.end(), take);
    } else {
        std::for_each(found.rbegin(), found.rend(), take);
    }
    return page;
}

ports::StoreResult<std::vector<ports::JournalEntry>> SimStore::journal(model::Sequence first,
                                                                       std::size_t limit) {
    std::vector<ports::JournalEntry> page;
    for (const auto& entry : journal_) {
        if (entry.sequence >= first && page.size() < limit) page.push_back(entry);
    }
    return page;
}

base::Outcome<StoreError> SimStore::visit_rows(const ports::RowVisitor& visitor) {
    for (const auto& [id, row] : accounts_)
        visitor.account(row);
    for (const auto& [id, row] : instruments_)
        visitor.instrument(row);
    for (const auto& [id, row] : orders_)
        visitor.order(row);
    for (const auto& [id, row] : fills_)
        visitor.fill(row);
    for (const auto& [id, row] : positions_)
        visitor.position(row);
    for (const auto& [id, row] : balances_)
        visitor.balance(row);
    for (const auto& [id, row] : keys_)
        visitor.key(row);
    for (const auto& [id, row] : risks_)
        visitor.risk(row);
    if (operating_.version != 0) visitor.operating(operating_);
    for (const auto& [id, row] : windows_)
        visitor.window(row);
    return base::Done{};
}

checkers::Rows SimStore::rows() const {
    checkers::Rows rows;
    for (const auto& [id, row] : accounts_)
        rows.accounts.push_back(row);
    for (const auto& [id, row] : instruments_)
        rows.instruments.push_back(row);
    for (const auto& [id, row] : orders_)
        rows.orders.push_back(row);
    for (const auto& [id, row] : fills_)
        rows.fills.push_back(row);
    for (const auto& [id, row] : positions_)
        rows.positions.push_back(row);
    for (const auto& [id, row] : balances_)
        rows.balances.push_back(row);
    for (const auto& [id, row] : keys_)
        rows.keys.push_back(row.entry);
    for (const auto& [id, row] : risks_)
        rows.risks.push_back(row);
    rows.operating = {operating_};
    for (const auto& [id, row] : windows_)
        rows.windows.push_back(row);
    return rows;
}

const ports::KeyRow* SimStore::key_row(const checkers::KeyName& key) const {
    const auto place = keys_.find(key);
    return place == keys_.end() ? nullptr : &place->second;
}

std::vector<model::Order> SimStore::live_orders() const {
    std::vector<model::Order> live;
    for (const auto& [number, order] : orders_) {
        if (model::is_live(order.state)) live.push_back(order);
    }
    return live;
}

}  // namespace botcore::sim
