// The part of `Runtime` that begins a term: loads the open state, restores the journal's time, and
// freezes accounts in doubt before any decision is made.

#include "base/calendar.hpp"
#include "base/check.hpp"
#include "core/orders/find_order.hpp"
#include "core/sweep.hpp"
#include "runtime/record_at.hpp"
#include "runtime/runtime.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace botcore::runtime {

Status Runtime::start(model::Now now) {
    CHECK(status_ == Status::Down);
    if (load(now)) begin_term(now);
    if (status_ == Status::Down && !is_committing())
        retry_at_ = now.monotonic + options_.retry_after;
    return status_;
}

bool Runtime::load(model::Now now) {
    auto loaded = ports_.store.load();
    if (!loaded) return false;
    if (const auto& in_doubt = audit_events_.in_doubt()) {
        // The outcome of the last commit was unknown; the journal shows whether its audit events
        // are durable.
        const auto entries = ports_.store.reader().journal(in_doubt->sequence, 1);
        if (!entries) return false;
        const bool durable =
            !entries.value().empty() && entries.value().front().hash == in_doubt->hash;
        if (durable) audit_events_.batch_committed();
    }
    audit_events_.batch_lost();
    ports::OpenState snapshot = std::move(loaded).value();
    core::State state;
    state.sequence = snapshot.head.sequence;
    state.epoch = snapshot.head.epoch;
    state.shard = options_.shard;
    state.time = snapshot.head.time;
    head_ = snapshot.head;
    if (!restore_times(state, now)) return false;
    doubts_ = std::move(snapshot.doubts);
    if (!snapshot.behind.empty()) set_behind(std::move(snapshot.behind));
    for (auto& row : snapshot.instruments)
        state.instruments[row.id] = std::move(row);
    for (auto& row : snapshot.accounts)
        state.accounts[row.id].account = row;
    for (auto& row : snapshot.balances) {
        state.accounts.at(row.account).balances[row.asset] = row;
    }
    for (auto& row : snapshot.positions) {
        state.accounts.at(row.account).positions[row.instrument] = row;
    }
    for (auto& row : snapshot.orders) {
        auto& orders = state.accounts.at(row.account).orders;
        orders[row.number] = {row, snapshot.trade_ids[row.number], std::nullopt, std::nullopt};
    }
    for (auto& row : snapshot.risks)
        state.accounts.at(row.account).risk = row;
    for (auto& row : snapshot.operating)
        state.operating = row;
    for (auto& row : snapshot.windows)
        state.windows[row.id] = row;
    for (auto& row : snapshot.keys) {
        state.keys[{row.entry.owner, row.entry.key}] = row.entry;
    }
    if (!restore_sweeps(state)) return false;
    engine_ = std::make_unique<core::Engine>(std::move(state));
    // The facts that were not applied are dropped, since the comparison of the new term reads them
    // again. The callers of commands that were not applied have already received replies.
    while (!facts_.empty())
        (void)facts_.pop();
    delayed_queries_.clear();
    reply_timeouts_.clear();
    reply_retention_.clear();
    facts_lost_ = false;
    store_failed_ = false;
    comparisons_.begin_term(now);
    return true;
}

/// Restores what the reply of a "flatten" whose exits have not all ended needs. False when the
/// store fails.
bool Runtime::restore_sweeps(core::State& state) {
    ports::StoreReader& reader = ports_.store.reader();
    for (const auto& [id, key] : state.keys) {
        if (!key.order.empty()) continue;  // This key belongs to a single order.
        const auto record = record_at(reader, key.sequence);
        if (!record) return false;
        auto touched = core::touched_by(record.value());
        if (!touched) continue;
        const auto account = state.accounts.find(touched->account);
        if (account == state.accounts.end()) return false;
        for (const auto& exit : touched->exits) {
            // The exit is still live.
            if (core::find_order(account->second, {exit}) != nullptr) continue;
            const auto number = core::number_of(exit);
            if (!number) return false;
            const auto found = reader.find_order(*number);
            if (!found) return false;
            if (found.value()) core::count_end(*touched, found.value()->order);
        }
        state.sweeps[id] = std::move(*touched);
    }
    return true;
}

/// Restores the times of the last record, and how far the journal's monotonic scale is ahead of
/// ours.
bool Runtime::restore_times(core::State& state, model::Now now) {
    state.exchange_time = now.time;
    state.monotonic_time = now.time;
    model::Duration passed;
    if (state.sequence != 0) {
        const auto last = record_at(ports_.store.reader(), state.sequence);
        if (!last) return false;
        state.exchange_time = last.value().input.exchange_time;
        state.monotonic_time = last.value().input.monotonic_time;
        passed = std::max(model::Duration(), now.time - state.exchange_time);
    }
    loaded_time_ = state.exchange_time;
    if (state.exchange_time - now.time > model::kClockStep) {
        // Either the clock was ahead by an unknown span when the last record was made, or it is
        // behind now. The comparison therefore covers a whole day of the exchange.
        stepped_back_ = now.monotonic;
        loaded_time_ = now.time - base::kDay;
    }
    // A process that already has an offset keeps it, because its own monotonic clock measured the
    // time that passed.
    if (!journal_ahead_) journal_ahead_ = state.monotonic_time + passed - now.monotonic;
    journal_ahead_ = std::max(*journal_ahead_, state.monotonic_time - now.monotonic);
    return true;
}

model::Timestamp Runtime::monotonic_time(model::Now now) const {
    CHECK(journal_ahead_.has_value());
    return std::max(now.monotonic + *journal_ahead_, engine_->state().monotonic_time);
}

void Runtime::set_behind(std::string evidence) {
    CHECK(!evidence.empty());
    if (behind_.empty()) behind_ = std::move(evidence);
}

model::StorageState Runtime::storage_state(model::Now now) {
    if (!behind_.empty()) return model::StorageState::Behind;
    const model::StorageState state = ports_.store.storage_state();
    if (state != model::StorageState::Normal || !archive_awaited_until_) return state;
    if (now.monotonic < *archive_awaited_until_) return model::StorageState::Unconfirmed;
    archive_awaited_until_.reset();
    return state;
}

model::ClockState Runtime::clock_state(model::Now now) const {
    const bool settling = stepped_back_ && now.monotonic - *stepped_back_ < model::kClockSettle;
    return settling ? model::ClockState::Uncertain : now.clock;
}

model::Timestamp Runtime::shown_time(model::Timestamp deadline, model::Now now) const {
    return now.time + (deadline - monotonic_time(now));
}

void Runtime::begin_term(model::Now now) {
    const model::Epoch epoch = head_.epoch + 1;
    batch_.begin(head_, epoch);
    apply(model::StartEpoch{.epoch = epoch,
                            .incarnation = options_.next_incarnation(),
                            .software = options_.software,
                            .policy = options_.policy},
          now,
          nullptr);
    for (const auto& instrument : options_.instruments) {
        const auto& known = engine_->state().instruments;
        const auto place = known.find(instrument.id);
        if (place != known.end() && place->second == instrument) continue;
        apply(model::DefineInstrument{instrument}, now, nullptr);
    }
    freeze_doubts(now);
    ++counters_.terms;
    (void)commit(now);  // Sets the status.
}

/// Part of the batch that begins the term, so that no tick, order or margin call precedes it.
void Runtime::freeze_doubts(model::Now now) {
    std::map<model::AccountId, std::string> accounts;
    for (const auto& doubt : doubts_) {
        if (doubt.account) {
            accounts.try_emplace(*doubt.account, doubt.text);
            continue;
        }
        for (const auto& [id, account] : engine_->state().accounts)
            accounts.try_emplace(id, doubt.text);
    }
    for (const auto& [id, text] : accounts)
        apply(model::FreezeAccount{.account = id, .evidence = text}, now, nullptr);
}

}  // namespace botcore::runtime
