#pragma once

/// The common part of all decorators of a store: every call is passed on. A decorator overrides the
/// calls that it changes.
///
/// Threads: those of the store.

#include "ports/store.hpp"

#include <utility>

namespace botcore::ports {

class ForwardingReader : public StoreReader {
public:
    /// The reader must outlive this object.
    explicit ForwardingReader(StoreReader& reader) : reader_(reader) {}

    StoreResult<std::optional<KeyRow>> find_key(const model::Owner& owner,
                                                const model::IdempotencyKey& key) override {
        return reader_.find_key(owner, key);
    }

    StoreResult<std::optional<LiveOrder>> find_order(model::OrderNumber number) override {
        return reader_.find_order(number);
    }

    StoreResult<std::vector<model::Order>> orders(const OrderQuery& query) override {
        return reader_.orders(query);
    }

    StoreResult<std::vector<model::Fill>> fills(const FillQuery& query) override {
        return reader_.fills(query);
    }

    StoreResult<std::vector<JournalEntry>> journal(model::Sequence first,
                                                   std::size_t limit) override {
        return reader_.journal(first, limit);
    }

    StoreResult<model::Head> head() override { return reader_.head(); }

    base::Outcome<StoreError> visit_rows(const RowVisitor& visitor) override {
        return reader_.visit_rows(visitor);
    }

    base::Outcome<StoreError> begin_snapshot() override { return reader_.begin_snapshot(); }

    void end_snapshot() override { reader_.end_snapshot(); }

protected:
    StoreReader& reader_;
};

class ForwardingStore : public Store {
public:
    /// The store must outlive this object.
    explicit ForwardingStore(Store& store) : store_(store) {}

    StoreResult<OpenState> load() override { return store_.load(); }

    void commit(const Batch& batch, CommitDone done) override {
        store_.commit(batch, std::move(done));
    }

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    StoreReader& reader() override { return store_.reader(); }

protected:
    Store& store_;
};

}  // namespace botcore::ports
