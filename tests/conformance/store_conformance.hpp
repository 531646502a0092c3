#pragma once

/// The behavior required of every store, as a suite that any implementation runs unchanged. A test
/// program adds `store_conformance.cpp` (writing and reading back), `store_queries_conformance.cpp`
/// (queries of a reader) and `sample_rows.cpp` to its sources and contains
///
///   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, Values(StoreKind{"file", make}), name_of);
///
/// Tests of features that an implementation does not have (a second writer, a crash) are skipped.

#include "ports/store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace botcore::conformance {

[[nodiscard]] inline bool same_key(const ports::KeyRow& a, const ports::KeyRow& b) {
    return a.entry == b.entry && a.body == b.body;
}

/// One store and its environment. A new harness is a new, empty store.
class StoreHarness {
public:
    virtual ~StoreHarness() = default;

    /// The store under test; valid until the next call that ends it.
    virtual ports::Store& store() = 0;

    /// Ends the store and starts it again, as after a clean stop.
    virtual void reopen() = 0;

    /// Ends the store as a power cut would, losing everything that is not durable, and starts it
    /// again. False when the implementation cannot do it.
    virtual bool crash() { return false; }

    /// From now on commits return Unavailable and change nothing. False when the implementation
    /// cannot do it.
    virtual bool make_unavailable() { return false; }

    virtual void make_available() {}

    /// Ends the commit in progress of a store that completes commits later.
    virtual void complete() {}

    /// Another writer on the same rows; nullptr when the implementation supports none.
    virtual std::unique_ptr<ports::Store> second_writer() { return nullptr; }
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<StoreHarness>()> make;
};

inline std::string name_of(const testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

class StoreConformance : public testing::TestWithParam<StoreKind> {
protected:
    StoreConformance() : harness_(GetParam().make()) {}

    [[nodiscard]] ports::Store& store() { return harness_->store(); }

    [[nodiscard]] ports::StoreReader& reader() { return harness_->store().reader(); }

    /// Commits on top of the last committed head, which this class tracks; the batch's own head is
    /// replaced.
    [[nodiscard]] ports::CommitResult commit(ports::Batch batch);
    /// The result of exactly this batch.
    [[nodiscard]] ports::CommitResult commit_as_is(const ports::Batch& batch);
    /// An empty batch on top of the last committed head, for the test to fill.
    [[nodiscard]] ports::Batch next_batch(std::size_t entries = 1) const;
    /// Opens the account "main".
    void open_account();
    [[nodiscard]] ports::OpenState loaded();

    std::unique_ptr<StoreHarness> harness_;
    model::Head head_;
    model::Epoch epoch_ = 1;
};

}  // namespace botcore::conformance
