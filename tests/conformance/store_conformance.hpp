#pragma once

/// What every store must do, as a suite that any implementation runs unchanged. A test program adds
/// `store_conformance.cpp` (what is written and comes back), `store_queries_conformance.cpp` (what
/// a reader is answered) and `sample_rows.cpp` to its sources and says
///
///   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, Values(StoreKind{"file", make}), name_of);
///
/// Where an implementation cannot do something (a second writer, a crash), its tests are skipped.

#include "ports/store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace botcore::conformance {

[[nodiscard]] inline bool same_key(const ports::KeyRow& a, const ports::KeyRow& b) {
    return a.entry == b.entry && a.body == b.body;
}

/// One store and the world it lives in. A new harness is a new, empty store.
class StoreHarness {
public:
    virtual ~StoreHarness() = default;

    /// The store under test; valid until the next call that ends it.
    virtual ports::Store& store() = 0;

    /// Ends the store and starts it again, as after a clean stop.
    virtual void reopen() = 0;

    /// Ends the store as a power cut would, with everything lost that is not durable, and starts it
    /// again. False where the implementation cannot.
    virtual bool crash() { return false; }

    /// From now on commits answer Unavailable and change nothing. False where it cannot.
    virtual bool make_unavailable() { return false; }

    virtual void make_available() {}

    /// Another writer on the same rows; nullptr where there cannot be one.
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

    /// Commits on top of the last committed head, which it keeps; the batch's head is replaced.
    [[nodiscard]] ports::CommitResult commit(ports::Batch batch);
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
