#include "tests/bench/store_bench.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

namespace botcore::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPage = 4'096;
constexpr std::int64_t kFileBytes = 64LL << 20U;
/// Orders placed at once: enough to use batches fully, whose size the daemon limits.
constexpr std::size_t kHistoryAtOnce = 240;
/// The number of trades after which a checkpoint runs.
constexpr std::uint64_t kHistoryPart = 24'000;

double microseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::unique_ptr<store_sqlite::SqliteStore> open_store(const std::filesystem::path& path,
                                                      store_sqlite::Synchronous synchronous) {
    store_sqlite::SqliteOptions options;
    options.path = path;
    options.synchronous = synchronous;
    auto opened = store_sqlite::SqliteStore::open(std::move(options));
    if (!opened) std::fprintf(stderr, "%s\n", opened.error().text().c_str());
    CHECK(opened.has_value());
    return std::move(opened).value();
}

}  // namespace

DiskBench::DiskBench(const std::filesystem::path& folder) {
    const auto path = folder / "fdatasync";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file_ >= 0);
    const std::vector<char> zeros(1U << 20U);
    for (std::int64_t at = 0; at < kFileBytes; at += static_cast<std::int64_t>(zeros.size())) {
        CHECK(::pwrite(file_, zeros.data(), zeros.size(), at) ==
              static_cast<ssize_t>(zeros.size()));
    }
    CHECK(::fsync(file_) == 0);
}

DiskBench::~DiskBench() {
    ::close(file_);
}

std::vector<double> DiskBench::measure(int writes) {
    std::array<char, kPage> page{};
    page.fill('x');
    std::vector<double> times;
    for (int i = 0; i < writes; ++i) {
        const auto start = Clock::now();
        CHECK(::pwrite(file_, page.data(), page.size(), offset_) ==
              static_cast<ssize_t>(page.size()));
        CHECK(::fdatasync(file_) == 0);
        times.push_back(microseconds_since(start));
        offset_ = (offset_ + static_cast<std::int64_t>(page.size())) % kFileBytes;
    }
    return times;
}

StoreBench::StoreBench(std::filesystem::path folder, std::size_t at_once, int rounds, int turns)
    : folder_(std::move(folder)),
      at_once_(at_once),
      turns_(turns) {
    std::filesystem::create_directories(folder_);
    record(rounds);
    store_ = open("replayed.db", true);
    // Commits the batches before the first order: the term, the instruments, the accounts.
    for (; next_batch_ < ends_.front(); ++next_batch_) {
        CHECK(store_->commit_now(batches_[next_batch_]) == ports::CommitResult::Committed);
    }
    next_end_ = 1;
}

StoreBench::~StoreBench() = default;

std::unique_ptr<ports::Store> StoreBench::open(const std::string& name, bool durable) const {
    return open_store(folder_ / name,
                      durable ? store_sqlite::Synchronous::Full : store_sqlite::Synchronous::Off);
}

void StoreBench::record(int rounds) {
    const auto store = open("recorded.db", false);
    RecordingStore recorder(*store);
    InProcessCore core(recorder, at_once_);
    core.open_accounts(8);
    ends_.push_back(recorder.batches().size());
    for (int i = 0; i < rounds * turns_; ++i) {
        core.trade(at_once_);
        ends_.push_back(recorder.batches().size());
    }
    if (core.failures() > 0) std::fprintf(stderr, "%s\n", core.trouble().c_str());
    CHECK(core.failures() == 0);
    batches_ = recorder.batches();
}

std::vector<double> StoreBench::measure() {
    store_->maintain();
    std::vector<double> times;
    for (int i = 0; i < turns_ && next_end_ < ends_.size(); ++i, ++next_end_) {
        const auto start = Clock::now();
        for (; next_batch_ < ends_[next_end_]; ++next_batch_) {
            CHECK(store_->commit_now(batches_[next_batch_]) == ports::CommitResult::Committed);
        }
        times.push_back(microseconds_since(start));
    }
    return times;
}

double StoreBench::commits_per_turn() const {
    const auto turns = static_cast<double>(ends_.size() - 1);
    return static_cast<double>(ends_.back() - ends_.front()) / turns;
}

void make_history(const std::filesystem::path& folder, std::uint64_t trades) {
    const auto marker = folder / "complete";
    std::uint64_t there = 0;
    std::ifstream(marker) >> there;
    if (there == trades) return;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "data");
    const auto store = open_store(folder / "data" / "botcore.db", store_sqlite::Synchronous::Off);
    InProcessCore core(*store, trades);
    core.open_accounts(8);
    for (std::uint64_t done = 0; done < trades;) {
        const std::uint64_t part = std::min(trades, done + kHistoryPart);
        while (done < part) {
            const std::size_t orders = std::min<std::uint64_t>(kHistoryAtOnce, part - done);
            core.trade(orders);
            done += orders;
        }
        store->maintain();
        if (trades > kHistoryPart) {
            std::fprintf(stderr,
                         "\rmaking a history of %llu of %llu trades",
                         static_cast<unsigned long long>(done),
                         static_cast<unsigned long long>(trades));
        }
    }
    if (trades > kHistoryPart) std::fputc('\n', stderr);
    if (core.failures() > 0) std::fprintf(stderr, "%s\n", core.trouble().c_str());
    CHECK(core.failures() == 0);
    std::ofstream(marker) << trades << '\n';
}

}  // namespace botcore::bench
