#include "tests/conformance/late_store.hpp"
#include "tests/conformance/sqlite_harness.hpp"

namespace botcore::conformance {

namespace {

/// The same store behind one that completes its commits later.
class LateHarness final : public StoreHarness {
public:
    ports::Store& store() override { return *late_; }

    void reopen() override {
        inner_.reopen();
        put_late_before();
    }

    bool crash() override {
        const bool crashed = inner_.crash();
        put_late_before();
        return crashed;
    }

    bool make_unavailable() override { return inner_.make_unavailable(); }

    void complete() override { late_->complete(); }

    std::unique_ptr<ports::Store> second_writer() override { return inner_.second_writer(); }

private:
    void put_late_before() {
        late_.emplace(inner_.store());
        late_->held = true;
    }

    SqliteHarness inner_{store_sqlite::Synchronous::Full};
    std::optional<LateStore> late_{std::in_place, inner_.store()};
};

std::unique_ptr<StoreHarness> make_file() {
    return std::make_unique<SqliteHarness>(store_sqlite::Synchronous::Full);
}

std::unique_ptr<StoreHarness> make_late() {
    auto harness = std::make_unique<LateHarness>();
    harness->reopen();
    return harness;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite,
                         StoreConformance,
                         testing::Values(StoreKind{"file", make_file},
                                         StoreKind{"late", make_late}),
                         name_of);

}  // namespace botcore::conformance
