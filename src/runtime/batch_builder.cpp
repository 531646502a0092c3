#include "runtime/batch_builder.hpp"

#include "base/check.hpp"
#include "protocol/journal.hpp"

namespace botcore::runtime {

void BatchBuilder::begin(const model::Head& head, model::Epoch epoch) {
    batch_ = {};
    batch_.expected = head;
    batch_.epoch = epoch;
    head_ = head;
    accounts_.clear();
    orders_.clear();
    positions_.clear();
    keys_.clear();
    risks_.clear();
    windows_.clear();
    balances_.clear();
    records_.clear();
}

namespace {

/// Stores a row's image; a later image of the same row replaces the earlier one.
template <class Index, class Key, class Row>
void put(Index& index, Key key, std::vector<Row>& rows, const Row& row) {
    const auto [place, added] = index.try_emplace(std::move(key), rows.size());
    if (added) {
        rows.push_back(row);
    } else {
        rows[place->second] = row;
    }
}

}  // namespace

void BatchBuilder::add_row(const model::Change& change) {
    if (const auto* order = std::get_if<model::Order>(&change)) {
        put(orders_, order->number, batch_.orders, *order);
    } else if (const auto* fill = std::get_if<model::Fill>(&change)) {
        batch_.fills.push_back(*fill);
    } else if (const auto* position = std::get_if<model::Position>(&change)) {
        put(positions_,
            std::pair(position->account, position->instrument),
            batch_.positions,
            *position);
    } else if (const auto* key = std::get_if<model::KeyEntry>(&change)) {
        const auto [place, added] = keys_.try_emplace({key->owner, key->key}, batch_.keys.size());
        if (added) batch_.keys.emplace_back();
        batch_.keys[place->second].entry = *key;
    } else if (const auto* account = std::get_if<model::Account>(&change)) {
        put(accounts_, account->id, batch_.accounts, *account);
    } else if (const auto* instrument = std::get_if<model::Instrument>(&change)) {
        std::erase_if(batch_.instruments,
                      [&](const model::Instrument& row) { return row.id == instrument->id; });
        batch_.instruments.push_back(*instrument);
    } else if (const auto* risk = std::get_if<model::RiskState>(&change)) {
        put(risks_, risk->account, batch_.risks, *risk);
    } else if (const auto* operating = std::get_if<model::OperatingState>(&change)) {
        batch_.operating = *operating;
    } else if (const auto* window = std::get_if<model::MaintenanceWindow>(&change)) {
        put(windows_, window->id, batch_.windows, *window);
    }
}

void BatchBuilder::add_rows(const model::Outcome& outcome) {
    for (const auto& change : outcome.changes)
        add_row(change);
    for (const auto& posting : outcome.postings)
        balances_.emplace(posting.account, posting.asset);
}

void BatchBuilder::add(ports::JournalEntry entry, const model::Record& record) {
    CHECK(entry.sequence == head_.sequence + 1);  // I7: no gap.
    CHECK(entry.epoch == batch_.epoch);
    add_rows(record.outcome);
    head_ = {entry.sequence, entry.hash, entry.epoch, entry.time};
    batch_.entries.push_back(std::move(entry));
}

void BatchBuilder::add(const model::Input& input,
                       core::Decision& decision,
                       const core::State& state) {
    CHECK(decision.verdict == core::Verdict::Recorded);
    CHECK(state.sequence == head_.sequence + 1);  // I7: no gap.
    model::Record record{.sequence = state.sequence,
                         .epoch = batch_.epoch,
                         .prior_hash = head_.hash,
                         .input = input,
                         .outcome = std::move(decision.outcome)};
    add_rows(record.outcome);
    std::string bytes = protocol::encode(record);
    const model::Hash hash = protocol::hash_of(bytes);
    head_ = {record.sequence, hash, batch_.epoch, input.time};
    batch_.entries.push_back({record.sequence, batch_.epoch, input.time, hash, std::move(bytes)});
    records_.push_back(std::move(record));
}

void BatchBuilder::set_reply(const core::KeyId& key, std::string body) {
    batch_.keys[keys_.at(key)].body = std::move(body);
}

const ports::KeyRow* BatchBuilder::find_key(const core::KeyId& key) const {
    const auto place = keys_.find(key);
    return place == keys_.end() ? nullptr : &batch_.keys[place->second];
}

const ports::Batch& BatchBuilder::finish(const Balances& balances) {
    for (const auto& [account, asset] : balances_)
        batch_.balances.push_back(balances(account, asset));
    return batch_;
}

const ports::Batch& BatchBuilder::finish(const core::State& state) {
    return finish([&](const model::AccountId& account, const model::Asset& asset) -> const auto& {
        return state.accounts.at(account).balances.at(asset);
    });
}

}  // namespace botcore::runtime
