#include "tests/conformance/sqlite_harness.hpp"

#include "base/check.hpp"

#include <atomic>
#include <cstdlib>

namespace botcore::conformance {

using store_sqlite::SqliteStore;

namespace {

std::string fresh_name() {
    static std::atomic<int> count{0};
    return "forgetful-" + std::to_string(++count);
}

}  // namespace

SqliteHarness::SqliteHarness(store_sqlite::Synchronous synchronous) : disk_(fresh_name()) {
    options_.path = folder_.file("shard.db");
    options_.vfs = disk_.name();
    options_.synchronous = synchronous;
    options_.reserve_bytes = 1U << 20U;
    options_.low_water_bytes = 1U << 20U;
    disk_.count_file(options_.path + "-reserve");
    options_.free_bytes = [this] { return disk_.free_bytes(); };
    reopen();
}

SqliteHarness::~SqliteHarness() {
    store_.reset();
}

void SqliteHarness::reopen() {
    store_.reset();
    CHECK(open());
}

bool SqliteHarness::crash() {
    base::Random random(1);
    CHECK(crash_with(Loss::All, random, Again::No));
    return true;
}

bool SqliteHarness::crash_with(Loss loss, base::Random& random, Again again) {
    disk_.power_off();
    store_.reset();
    disk_.power_on(loss, random);
    if (again == Again::Maybe && random.chance(1, 3)) {
        // The power may fail again while the store recovers, or a little later.
        disk_.power_off_after(1 + random.below(12));
        if (open()) return true;
        if (disk_.is_on()) return false;
        disk_.power_on(loss, random);
    }
    return open();
}

bool SqliteHarness::open() {
    auto opened = SqliteStore::open(options_);
    if (!opened) return false;
    store_ = std::move(opened).value();
    return true;
}

bool SqliteHarness::make_unavailable() {
    disk_.fail_write_after(1, SQLITE_IOERR_WRITE);
    return true;
}

std::unique_ptr<ports::Store> SqliteHarness::second_writer() {
    auto opened = SqliteStore::open(options_);
    CHECK(opened.has_value());
    return std::move(opened).value();
}

}  // namespace botcore::conformance
