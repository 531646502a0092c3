#include "sim/world/sim_store.hpp"

#include "base/check.hpp"
#include "protocol/journal.hpp"
#include "runtime/rebuild.hpp"
#include "sim/world/coverage_marks.hpp"

#include <algorithm>
#include <utility>

namespace botcore::sim {

using ports::CommitResult;
using ports::StoreError;

ports::LiveOrder SimStore::with_trades(const model::Order& order) const {
    const auto ids = tables_.trade_ids.find(order.number);
    return {order, ids == tables_.trade_ids.end() ? std::vector<std::uint64_t>() : ids->second};
}

namespace {

/// Whether a load reads the row.
template <class Row>
bool is_open(const Row& row) {
    if constexpr (std::same_as<Row, model::Order>) return model::is_live(row.state);
    if constexpr (std::same_as<Row, ports::KeyRow>) {
        return row.entry.state == model::KeyState::Pending;
    }
    return !std::same_as<Row, model::Fill>;
}

}  // namespace

ports::StoreResult<ports::OpenState> SimStore::load() {
    if (strikes(Fault::LoadFails)) {
        REACHED("store: load failed");
        return base::Failure{StoreError::Unavailable};
    }
    ports::OpenState snapshot;
    snapshot.head = tables_.head;
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        for (const auto& [id, row] : table<Row>()) {
            if (is_open(row)) snapshot.of<Row>().push_back(row);
        }
    });
    for (const auto& order : snapshot.orders)
        snapshot.trade_ids[order.number] = with_trades(order).trade_ids;
    if (!restoring_) report_damage(snapshot);
    return snapshot;
}

void SimStore::report_damage(ports::OpenState& snapshot) {
    snapshot.behind = behind_;
    snapshot.doubts = std::exchange(doubts_, {});
    std::vector<model::AccountId> doubted;
    for (const auto& doubt : snapshot.doubts)
        if (doubt.account) doubted.push_back(*doubt.account);
    checker_.on_doubts(doubted);
}

void SimStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    if (!strikes(Fault::CommitLate)) return done(commit_at_once(batch));
    REACHED("store: commit completed later");
    later_([this, batch, done = std::move(done)] { done(commit_at_once(batch)); });
}

CommitResult SimStore::commit_at_once(const ports::Batch& batch) {
    CHECK(!batch.entries.empty());
    if (strikes(Fault::CrashCommitLost)) {
        REACHED("crash: commit lost");
        kill_();
        return CommitResult::Unavailable;
    }
    if (strikes(Fault::UnavailableLost)) {
        REACHED("store: unavailable without effect");
        return CommitResult::Unavailable;
    }
    if (batch.expected != tables_.head || batch.epoch < tables_.head.epoch) {
        REACHED("store: conflict");
        return CommitResult::Conflict;
    }
    write(batch);
    if (strikes(Fault::CrashCommitKept)) {
        REACHED("crash: commit kept");
        kill_();
        return CommitResult::Committed;
    }
    if (strikes(Fault::UnavailableKept)) {
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
            checker_.add("I12",
                         "record " + std::to_string(entry.sequence) + " cannot be read back");
            continue;
        }
        records.push_back({std::move(record).value(), entry.hash, protocol::hash_of(entry.bytes)});
        tables_.journal.push_back(entry);
    }
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        for (const auto& row : batch.of<Row>()) {
            [[maybe_unused]] const bool added =
                tables_.rows.of<Row>().insert_or_assign(key_of(ports::row_of(row)), row).second;
            if constexpr (std::same_as<Row, model::Fill>) {
                if (!added) checker_.add("I4", "a fill row was inserted twice");
                tables_.trade_ids[row.order_number].push_back(row.trade.id);
            }
        }
    });
    for (const auto& row : batch.keys)
        tables_.rows.of<model::KeyEntry>()[key_of(row.entry)].stored_in = batch.head().sequence;
    tables_.head = batch.head();
    checker_.on_committed(batch.expected, records);  // T1
    if (witness_) witness_();
}

ports::StoreResult<std::optional<ports::KeyRow>> SimStore::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    if (strikes(Fault::ReadFails)) {
        REACHED("store: read failed");
        return base::Failure{StoreError::Unavailable};
    }
    const auto* row = key_row({owner, key});
    return row == nullptr ? std::optional<ports::KeyRow>() : std::optional(*row);
}

ports::StoreResult<std::optional<ports::LiveOrder>> SimStore::find_order(
    model::OrderNumber number) {
    if (strikes(Fault::ReadFails)) {
        REACHED("store: read failed");
        return base::Failure{StoreError::Unavailable};
    }
    const auto place = table<model::Order>().find(number);
    if (place == table<model::Order>().end()) return std::optional<ports::LiveOrder>();
    return std::optional(with_trades(place->second));
}

ports::StoreResult<std::vector<model::Order>> SimStore::orders(const ports::OrderQuery& query) {
    std::vector<model::Order> page;
    const auto& all = table<model::Order>();
    for (auto row = all.rbegin(); row != all.rend() && page.size() < query.limit; ++row) {
        const model::Order& order = row->second;
        if (order.account != query.account || order.number >= query.before) continue;
        if (query.imported_as) {
            if (is_imported(order.role) && order.id == *query.imported_as) page.push_back(order);
            continue;
        }
        if (order.number < query.first || !query.made.holds(order.created)) continue;
        if (query.failed_only && !model::is_failed(order.state)) continue;
        if (query.symbol && order.instrument.symbol != *query.symbol) continue;
        if (!query.live_only || model::is_live(order.state)) page.push_back(order);
    }
    return page;
}

ports::StoreResult<std::vector<model::Fill>> SimStore::fills(const ports::FillQuery& query) {
    std::map<std::pair<model::Sequence, std::uint32_t>, model::Fill> found;
    for (const auto& [name, fill] : table<model::Fill>()) {
        if (fill.account != query.account || fill.sequence >= query.before) continue;
        if (!query.after && (fill.sequence < query.first || !query.made.holds(fill.trade.time)))
            continue;
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
    for (const auto& entry : tables_.journal) {
        if (entry.sequence >= first && page.size() < limit) page.push_back(entry);
    }
    return page;
}

base::Outcome<StoreError> SimStore::visit_rows(const ports::RowVisitor& visitor) {
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        if (!visitor.of<Row>()) return;
        for (const auto& [id, row] : table<Row>())
            visitor.of<Row>()(row);
    });
    return base::Done{};
}

void SimStore::restore(Tables source, model::Sequence last) {
    checkers::Checker nobody(checkers::Assumptions::Hold);
    Faults none(Plan{}, base::Random(1));
    SimStore old(nobody, none);
    old.tables_ = std::move(source);
    tables_ = {};
    const auto witness = std::exchange(witness_, nullptr);
    restoring_ = true;
    const auto made = runtime::replay_journal(old, *this, last, {});
    CHECK(made.has_value());
    restoring_ = false;
    witness_ = witness;
}

checkers::Rows SimStore::rows() const {
    checkers::Rows rows;
    const auto copy = [this]<class Row>(std::vector<Row>& copies) {
        for (const auto& [id, row] : table<Row>())
            copies.push_back(ports::row_of(row));
    };
    copy(rows.accounts);
    copy(rows.instruments);
    copy(rows.orders);
    copy(rows.fills);
    copy(rows.positions);
    copy(rows.balances);
    copy(rows.keys);
    copy(rows.risks);
    copy(rows.operating);
    if (rows.operating.empty()) rows.operating.emplace_back();
    copy(rows.windows);
    return rows;
}

const ports::KeyRow* SimStore::key_row(const checkers::KeyName& key) const {
    const auto place = table<model::KeyEntry>().find(key);
    return place == table<model::KeyEntry>().end() ? nullptr : &place->second;
}

std::vector<model::Order> SimStore::live_orders() const {
    std::vector<model::Order> live;
    for (const auto& [number, order] : table<model::Order>()) {
        if (model::is_live(order.state)) live.push_back(order);
    }
    return live;
}

}  // namespace botcore::sim
