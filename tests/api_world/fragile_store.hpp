#pragma once

/// A store whose commits and reads can be made to fail.

#include "ports/forwarding_store.hpp"

#include <atomic>
#include <utility>

namespace botcore::api {

/// The next `failures` reads of orders and fills fail.
class FragileReader final : public ports::ForwardingReader {
public:
    using ForwardingReader::ForwardingReader;

    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query) override {
        if (takes_failure()) return base::Failure{error.load()};
        return ForwardingReader::orders(query);
    }

    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override {
        if (takes_failure()) return base::Failure{error.load()};
        return ForwardingReader::fills(query);
    }

    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                 std::size_t limit) override {
        ++journal_reads;
        return ForwardingReader::journal(first, limit);
    }

    std::atomic<int> journal_reads{0};
    std::atomic<int> failures{0};
    std::atomic<ports::StoreError> error{ports::StoreError::Unavailable};

private:
    bool takes_failure() {
        if (failures == 0) return false;
        --failures;
        return true;
    }
};

/// Neither loads nor commits while it is broken; refuses every commit once it is fenced.
class FragileStore final : public ports::ForwardingStore {
public:
    explicit FragileStore(ports::Store& store) : ForwardingStore(store), reads(store.reader()) {}

    ports::StoreResult<ports::OpenState> load() override {
        if (broken) return base::Failure{ports::StoreError::Unavailable};
        return ForwardingStore::load();
    }

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        if (fenced) return done(ports::CommitResult::Conflict);
        if (broken) return done(ports::CommitResult::Unavailable);
        ForwardingStore::commit(batch, std::move(done));
    }

    ports::StoreReader& reader() override { return reads; }

    std::atomic<bool> broken{false};
    std::atomic<bool> fenced{false};
    FragileReader reads;
};

}  // namespace botcore::api
