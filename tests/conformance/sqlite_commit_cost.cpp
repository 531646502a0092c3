/// Measures what a commit costs on the real disk: CPU of this thread, and time until durable.
///
///   sqlite_commit_cost [folder] [batches]
///
/// One batch holds n orders, each with two journal entries of 400 bytes, one order row, one fill
/// and one key with its reply, and besides 4 positions and 8 balances.

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/random.hpp"
#include "tests/conformance/sample_rows.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace botcore;

std::int64_t nanoseconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

constexpr std::size_t kSymbols = 4;

std::string symbol_of(std::size_t index) {
    return "COIN" + std::to_string(index % kSymbols) + "USDT";
}

/// An order with amounts of ordinary size.
model::Order usual_order(model::OrderNumber number, const std::string& symbol) {
    const auto state = number % 128 == 0 ? model::OrderState::Open : model::OrderState::Filled;
    model::Order order =
        conformance::sample_order({.number = number, .symbol = symbol, .state = state});
    order.quantity = model::Quantity::from_units(12'500'000);
    order.filled_notional = model::Money::from_units(772'972'537'500);
    order.reason_text.clear();
    order.cancel_key = {};
    return order;
}

ports::Batch usual_batch(const model::Head& head, std::size_t orders, base::Random& random) {
    ports::Batch batch = conformance::sample_batch(
        {.head = head, .epoch = 1, .count = 2 * orders, .record_bytes = 400});
    for (std::size_t i = 0; i < orders; ++i) {
        const model::Sequence sequence = head.sequence + 2 * i + 1;
        const auto number = model::order_number(sequence, 0);
        const std::string symbol = symbol_of(i);
        batch.orders.push_back(usual_order(number, symbol));
        model::Fill fill = conformance::sample_fill({.sequence = sequence + 1,
                                                     .trade_id = sequence,
                                                     .order_number = number,
                                                     .symbol = symbol});
        fill.trade.quantity = model::Quantity::from_units(12'500'000);
        fill.trade.fee = model::Money::from_units(309'189'015);
        batch.fills.push_back(fill);
        const std::string key = std::to_string(random.next()) + std::to_string(random.next());
        batch.keys.push_back(conformance::sample_key("alice", key));
        batch.keys.back().body = std::string(500, 'b');
    }
    for (std::size_t i = 0; i < kSymbols; ++i) {
        batch.positions.push_back(conformance::sample_position("main", symbol_of(i)));
    }
    for (std::size_t i = 0; i < 2 * kSymbols; ++i) {
        batch.balances.push_back(conformance::sample_balance("main", "A" + std::to_string(i)));
    }
    return batch;
}

double percentile(std::vector<std::int64_t> values, double share) {
    std::sort(values.begin(), values.end());
    const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    return static_cast<double>(values[index]) / 1'000.0;
}

void measure(store_sqlite::SqliteStore& store, std::size_t orders, int batches) {
    base::Random random(orders);
    model::Head head = store.load().value().head;
    std::vector<std::int64_t> cpu;
    std::vector<std::int64_t> wall;
    for (int i = 0; i < batches; ++i) {
        const ports::Batch batch = usual_batch(head, orders, random);
        const std::int64_t cpu_start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
        const std::int64_t wall_start = nanoseconds(CLOCK_MONOTONIC);
        CHECK(store.commit_now(batch) == ports::CommitResult::Committed);
        cpu.push_back(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu_start);
        wall.push_back(nanoseconds(CLOCK_MONOTONIC) - wall_start);
        head = batch.head();
    }
    const double cpu_p50 = percentile(cpu, 0.5);
    std::printf(
        "%4zu orders/batch: cpu p50 %7.0f us p99 %7.0f us   durable p50 %7.0f us "
        "p99 %7.0f us   %8.0f orders per cpu second\n",
        orders,
        cpu_p50,
        percentile(cpu, 0.99),
        percentile(wall, 0.5),
        percentile(wall, 0.99),
        static_cast<double>(orders) * 1e6 / cpu_p50);
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : "sqlite-commit-cost";
    const int batches = argc > 2 ? std::atoi(argv[2]) : 300;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    store_sqlite::SqliteOptions options;
    options.path = folder / "shard.db";
    auto opened = store_sqlite::SqliteStore::open(options);
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().text().c_str());
        return 1;
    }
    store_sqlite::SqliteStore& store = *opened.value();
    CHECK(store.commit_now(conformance::opening_batch()) == ports::CommitResult::Committed);
    for (const std::size_t orders : {1U, 8U, 64U, 1U, 8U, 64U}) {
        measure(store, orders, batches);
        store.maintain();
    }
    return 0;
}
