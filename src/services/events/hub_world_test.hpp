#pragma once

/// A journal in a real store, and a hub that is notified of its commits, for tests.

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "protocol/journal.hpp"
#include "services/events/event_hub.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

namespace botcore::events {

inline constexpr std::string_view kMine = "mine";
inline constexpr std::string_view kTheirs = "theirs";

class HubWorld {
public:
    explicit HubWorld(QueueLimits limits = {}) {
        store_sqlite::SqliteOptions options;
        options.path = folder_.file("shard.db");
        options.synchronous = store_sqlite::Synchronous::Off;
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        store_ = std::move(store_sqlite::SqliteStore::open(options)).value();
        make_hub(limits);
    }

    ~HubWorld() {
        hub_.reset();
        store_.reset();
    }

    HubWorld(const HubWorld&) = delete;
    HubWorld& operator=(const HubWorld&) = delete;

    void make_hub(QueueLimits limits) {
        hub_.emplace(limits,
                     EventHub::Parts{store_->reader(),
                                     [](const model::AccountId& account) {
                                         return account.text().empty()
                                                    ? std::nullopt
                                                    : std::optional(model::Owner(account.text()));
                                     },
                                     [] { return model::Timestamp(); }},
                     head_.sequence);
        hub_->on_behind([this] { ++wakes; });
    }

    /// Commits records with one order of `account` each, and notifies the hub.
    void commit(std::size_t count, std::string_view account = kMine, std::size_t padding = 0) {
        hub_->on_committed(store_records(count, account, padding));
    }

    /// Commits in the same way without notifying the hub, like a commit whose outcome was not
    /// known.
    void commit_unseen(std::size_t count) { (void)store_records(count, kMine, 0); }

    std::vector<model::Record> store_records(std::size_t count,
                                             std::string_view account,
                                             std::size_t padding) {
        ports::Batch batch;
        batch.expected = head_;
        batch.epoch = 1;
        std::vector<model::Record> records;
        for (std::size_t i = 0; i < count; ++i) {
            records.push_back(next_record(account, padding));
            const std::string bytes = protocol::encode(records.back());
            batch.entries.push_back(
                {records.back().sequence, 1, {}, protocol::hash_of(bytes), bytes});
        }
        EXPECT_EQ(store_->commit_now(batch), ports::CommitResult::Committed);
        head_ = batch.head();
        return records;
    }

    model::Record next_record(std::string_view account, std::size_t padding) {
        model::Record record;
        record.sequence = ++sequence_;
        record.epoch = 1;
        record.input.body = model::ReportOrder{};
        model::Order order;
        order.account = model::AccountId(account);
        order.instrument.symbol = model::Symbol(sequence_ % 2 == 0 ? "BTCUSDT" : "ETHUSDT");
        order.state = model::OrderState::Refused;  // Two events: the order and the failed trade.
        order.reason = model::order_reason(model::RefusalReason::PriceStale);
        order.reason_text = std::string(padding, 'x');
        record.outcome.changes.emplace_back(order);
        return record;
    }

    std::unique_ptr<Subscriber> join(host::Caller caller = mine()) {
        return hub_->join(std::move(caller), [this] { ++ready; });
    }

    std::unique_ptr<Subscriber> join_since(model::Sequence since, host::Caller caller = mine()) {
        auto made = join(std::move(caller));
        protocol::StreamSubscribe subscription;
        subscription.channels = {protocol::Channel::Orders, protocol::Channel::Trades};
        subscription.since = StreamPosition{since, std::nullopt};
        EXPECT_TRUE(hub_->subscribe(*made, subscription).has_value());
        return made;
    }

    static host::Caller mine() { return {model::Owner(kMine), host::Role::Trader, "m"}; }

    EventHub& hub() { return *hub_; }

    int wakes = 0;
    int ready = 0;

private:
    scratch::TemporaryFolder folder_;
    std::unique_ptr<store_sqlite::SqliteStore> store_;
    std::optional<EventHub> hub_;
    model::Head head_;
    model::Sequence sequence_ = 0;
};

}  // namespace botcore::events
