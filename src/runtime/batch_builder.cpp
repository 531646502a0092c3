#include "runtime/batch_builder.hpp"

#include "base/check.hpp"
#include "protocol/journal.hpp"

namespace botcore::runtime {

void BatchBuilder::begin(const model::Head& head, model::Epoch epoch) {
    batch_ = {};
    batch_.expected = head;
    batch_.epoch = epoch;
    head_ = head;
    places_ = {};
    balances_.clear();
    records_.clear();
}

template <class Row>
void BatchBuilder::add_row(const Row& row) {
    auto& rows = batch_.of<Row>();
    if constexpr (std::same_as<Row, model::Fill>) {
        rows.push_back(row);  // The store detects a fill that is inserted twice.
    } else {
        const auto [place, added] = places_.of<Row>().try_emplace(model::key_of(row), rows.size());
        if (added) rows.emplace_back();
        if constexpr (std::same_as<Row, model::KeyEntry>) {
            rows[place->second].entry = row;  // The reply is set separately.
        } else {
            rows[place->second] = row;
        }
    }
}

void BatchBuilder::add_rows(const model::Outcome& outcome) {
    for (const auto& change : outcome.changes)
        std::visit([this](const auto& row) { add_row(row); }, change);
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
    batch_.keys[places_.of<model::KeyEntry>().at(key)].body = std::move(body);
}

const ports::KeyRow* BatchBuilder::find_key(const core::KeyId& key) const {
    const auto& places = places_.of<model::KeyEntry>();
    const auto place = places.find(key);
    return place == places.end() ? nullptr : &batch_.keys[place->second];
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
