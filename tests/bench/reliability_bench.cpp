#include "tests/bench/reliability_bench.hpp"

#include "adapters/archive_folder/folder_repository.hpp"
#include "adapters/store_sqlite/sqlite_backup.hpp"
#include "host/system_clock.hpp"
#include "services/archive/archive_service.hpp"
#include "services/archive/snapshot.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/figure_report.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/crash/order_mix.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>

namespace botcore::bench {

namespace {
using crash::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kBetweenHealthCalls = std::chrono::microseconds(5'000);  // 200 a second.

/// A daemon with the traffic of one connection.
class Loaded {
public:
    Loaded(crash::DaemonOptions options)
        : daemon_(std::move(options)),
          mix_({.seed = 1, .kind = crash::MixKind::MarketOrders}, log_) {}

    [[nodiscard]] base::Outcome<std::string> start() {
        if (auto started = daemon_.start(); !started) return started;
        mix_.set_token(daemon_.token());
        mix_.keep_latencies();
        if (auto opened = open_accounts(mix_.accounts(), daemon_.port(), daemon_.token());
            !opened) {
            return opened;
        }
        client_ = std::make_unique<crash::LoadClient>(daemon_.port(), 1, mix_);
        return client_->connect();
    }

    /// The 99th percentile of the latency of the orders during one phase of load, in microseconds;
    /// zero when there was no order.
    [[nodiscard]] double p99_us(milliseconds length) {
        mix_.latencies().clear();
        client_->run_until(Clock::now() + length);
        client_->drain_until(Clock::now() + seconds(10));
        std::vector<double> sorted = mix_.latencies();
        std::ranges::sort(sorted);
        return sorted.empty() ? 0 : sorted[sorted.size() * 99 / 100];
    }

    [[nodiscard]] bool is_sound() const {
        return client_->open_count() == 1 && mix_.contradictions().empty();
    }

    [[nodiscard]] std::string last_output() const { return daemon_.last_output(); }

    [[nodiscard]] std::uint16_t port() const { return daemon_.port(); }

    [[nodiscard]] const std::string& token() const { return daemon_.token(); }

private:
    crash::DaemonProcess daemon_;
    crash::TradeLog log_;
    crash::OrderMix mix_;
    std::unique_ptr<crash::LoadClient> client_;
};

/// Copies a store into an archive repeatedly while enabled, like the daemon's daily thread and with
/// the same niceness.
class Backups {
public:
    Backups(std::filesystem::path store, std::filesystem::path folder)
        : store_(std::move(store)),
          folder_(std::move(folder)),
          thread_([this] { work(); }) {}

    ~Backups() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = on_ = true;
        }
        changed_.notify_all();
    }

    Backups(const Backups&) = delete;
    Backups& operator=(const Backups&) = delete;

    void set(bool on) {
        {
            const std::lock_guard lock(mutex_);
            on_ = on;
        }
        changed_.notify_all();
    }

    /// Pages copied so far, over all copies.
    [[nodiscard]] std::uint64_t pages() const { return pages_; }

    /// The first error; empty when there was none. Valid after the last copy.
    [[nodiscard]] std::string trouble() const {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }

private:
    bool wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return on_; });
        return !ending_;
    }

    void fail(std::string text) {
        const std::lock_guard lock(mutex_);
        trouble_ = std::move(text);
    }

    void work() {
        (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), archive::kDailyNice);
        auto repository = archive_folder::FolderRepository::open(folder_ / "vault");
        const auto key = archive::ArchiveKey::create(folder_ / "key");
        if (!repository || !key) return fail("the archive cannot be created");
        const auto owned = std::move(repository).value();
        archive::Archive vault(*owned, key.value());
        base::Timestamp now = host::wall_time();
        if (!vault.begin_timeline(model::kFirstTimeline, {.created = now})) {
            return fail("the timeline cannot be begun");
        }
        store_sqlite::SqliteBackup stores;
        while (wait()) {
            std::uint64_t before = 0;
            const auto copied = stores.copy(
                store_, folder_ / "copy.db", ports::CopyPace::Gentle, [&](auto done, auto) {
                    pages_ += done - before;
                    before = done;
                    (void)wait();
                });
            if (!copied) return fail(copied.error());
            now = now + base::Duration::seconds(1);
            if (!archive::put_snapshot(vault, {stores, folder_ / "copy.db"}, now, {})) {
                return fail("the snapshot was not taken");
            }
        }
    }

    std::filesystem::path store_;
    std::filesystem::path folder_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool on_ = false;
    bool ending_ = false;
    std::string trouble_;
    std::atomic<std::uint64_t> pages_{0};
    std::jthread thread_;
};

/// Accepts connections through the listen backlog and never sends a response.
class HungPeer {
public:
    HungPeer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr generic{};
        static_assert(sizeof(generic) == sizeof(address));
        std::memcpy(&generic, &address, sizeof(address));
        socklen_t length = sizeof(generic);
        listens_ = socket_ >= 0 && ::bind(socket_, &generic, length) == 0 &&
                   ::listen(socket_, 64) == 0 && ::getsockname(socket_, &generic, &length) == 0;
        std::memcpy(&address, &generic, sizeof(address));
        port_ = ntohs(address.sin_port);
    }

    ~HungPeer() {
        if (socket_ >= 0) ::close(socket_);
    }

    HungPeer(const HungPeer&) = delete;
    HungPeer& operator=(const HungPeer&) = delete;

    [[nodiscard]] bool listens() const { return listens_; }

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    int socket_;
    bool listens_ = false;
    std::uint16_t port_ = 0;
};

/// One keep-alive connection that repeats the same request, one at a time.
class Reader {
public:
    Reader(std::uint16_t port, std::string target, std::string_view token)
        : socket_(crash::connect_to(port)) {
        crash::append_request(request_, crash::read(std::move(target)), token);
    }

    ~Reader() {
        if (socket_ >= 0) ::close(socket_);
    }

    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// The status; 0 when the response was incomplete.
    [[nodiscard]] int ask() {
        if (::send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request_.size())) {
            return 0;
        }
        answer_.clear();
        crash::ReplyFields view;
        while (true) {
            const std::size_t had = answer_.size();
            answer_.resize(had + kReadBytes);
            const ssize_t count = ::recv(socket_, answer_.data() + had, kReadBytes, 0);
            if (count <= 0) return 0;
            answer_.resize(had + static_cast<std::size_t>(count));
            const auto taken = crash::parse_response(answer_, view);
            if (!taken) return 0;
            if (*taken > 0) return view.status;
        }
    }

private:
    static constexpr std::size_t kReadBytes = 16'384;

    int socket_;
    std::string request_;
    std::string answer_;
};

/// Three connections of one caller that each read the largest page of orders 40 times a second
/// while enabled. Under the default limits of the daemon most of them get 429.
class HeavyReaders {
public:
    HeavyReaders(std::uint16_t port, const std::string& token) {
        for (int i = 0; i < 3; ++i) {
            threads_.emplace_back([this, port, token](const std::stop_token& stop) {
                Reader reader(
                    port, "/api/accounts/load-futures-0/orders?status=all&limit=200", token);
                for (auto due = Clock::now(); !stop.stop_requested(); due += milliseconds(25)) {
                    std::this_thread::sleep_until(due);
                    if (on_ && reader.ask() == 200) ++pages_;
                }
            });
        }
    }

    void set(bool on) { on_ = on; }

    /// The number of pages read.
    [[nodiscard]] std::uint64_t pages() const { return pages_; }

private:
    std::atomic<bool> on_{false};
    std::atomic<std::uint64_t> pages_{0};
    std::vector<std::jthread> threads_;
};

/// Returns the time at which the request counts as due. A sleep that lasted too long is the
/// machine's fault; a due time missed because the previous response was late is the daemon's fault.
Clock::time_point wait_until_due(Clock::time_point due) {
    const auto left = std::chrono::nanoseconds(due - Clock::now()).count();
    if (left <= 0) return due;
    const timespec pause{.tv_sec = 0, .tv_nsec = left};
    (void)nanosleep(&pause, nullptr);
    return Clock::now();
}

}  // namespace

namespace {

/// The caller limits are active, but wide enough that no request is refused.
crash::DaemonOptions with_caller_limits(const std::filesystem::path& program,
                                        std::filesystem::path data) {
    return {.program = program,
            .data = std::move(data),
            .arguments = {"--set",
                          "limits.loopback=true",
                          "--set",
                          "limits.operators=true",
                          "--set",
                          "limits.entries_per_second=100000",
                          "--set",
                          "limits.exits_per_second=100000"}};
}

}  // namespace

base::Result<std::vector<double>, std::string> measure_backup(const std::filesystem::path& program,
                                                              const std::filesystem::path& store,
                                                              const std::filesystem::path& folder,
                                                              const BackupEffort& effort) {
    const auto data = folder / "backed-up";
    std::filesystem::create_directories(data);
    std::filesystem::create_directories(folder / "backups");
    std::filesystem::copy_file(store, data / "botcore.db");
    Loaded daemon(
        {.program = program, .data = data, .arguments = {"--set", "archive.repository=none"}});
    if (auto started = daemon.start(); !started) return base::Failure{started.error()};
    Backups backups(data / "botcore.db", folder / "backups");
    (void)daemon.p99_us(effort.each);  // Warm-up.
    std::vector<double> percent;
    for (int pair = 0; pair < effort.pairs; ++pair) {
        const bool with_first = pair % 2 == 0;
        backups.set(with_first);
        const double one = daemon.p99_us(effort.each);
        backups.set(!with_first);
        const double other = daemon.p99_us(effort.each);
        if (!daemon.is_sound() || one <= 0 || other <= 0) {
            return base::Failure{"the daemon closed its connection under load: " +
                                 daemon.last_output()};
        }
        percent.push_back(100 * ((with_first ? one / other : other / one) - 1));
    }
    if (backups.pages() == 0) return base::Failure{"no backup was taken: " + backups.trouble()};
    if (const auto trouble = backups.trouble(); !trouble.empty()) return base::Failure{trouble};
    return percent;
}

base::Result<std::vector<double>, std::string> measure_readers(const std::filesystem::path& program,
                                                               const std::filesystem::path& folder,
                                                               const BackupEffort& effort) {
    Loaded daemon(with_caller_limits(program, folder / "heavy-readers"));
    if (auto started = daemon.start(); !started) return base::Failure{started.error()};
    HeavyReaders readers(daemon.port(), daemon.token());
    (void)daemon.p99_us(effort.each);  // Warm-up, and orders to read.
    std::vector<double> ratios;
    for (int pair = 0; pair < effort.pairs; ++pair) {
        const bool with_first = pair % 2 == 0;
        readers.set(with_first);
        const double one = daemon.p99_us(effort.each);
        readers.set(!with_first);
        const double other = daemon.p99_us(effort.each);
        if (!daemon.is_sound() || one <= 0 || other <= 0) {
            return base::Failure{"the daemon closed its connection under load: " +
                                 daemon.last_output()};
        }
        ratios.push_back(with_first ? one / other : other / one);
    }
    if (readers.pages() == 0) return base::Failure{std::string("no page was read")};
    return ratios;
}

Interval interval_of_median(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    const double count = static_cast<double>(values.size());
    const double half = 1.96 * std::sqrt(count) / 2;
    const auto at = [&](double rank) {
        const double inside = std::clamp(rank, 0.0, count - 1);
        return values[static_cast<std::size_t>(inside)];
    };
    return {at(std::floor(count / 2 - half) - 1), at(std::ceil(count / 2 + half))};
}

base::Result<std::vector<double>, std::string> measure_health(const std::filesystem::path& program,
                                                              const std::filesystem::path& folder,
                                                              milliseconds length) {
    const HungPeer peer;
    if (!peer.listens()) return base::Failure{std::string("no port to listen on")};
    crash::DaemonProcess daemon({.program = program,
                                 .data = folder / "parts-hang",
                                 .arguments = {"--set",
                                               "analysis.url=http://" + peer.address(),
                                               "--set",
                                               "cache.url=redis://" + peer.address(),
                                               "--set",
                                               "reliability.health_check_interval_seconds=1"}});
    if (auto started = daemon.start(); !started) return base::Failure{started.error()};
    Reader caller(daemon.port(), "/health", {});
    std::vector<double> milliseconds_each;
    const auto begin = Clock::now();
    for (auto due = begin; due < begin + length; due += kBetweenHealthCalls) {
        const auto began = wait_until_due(due);
        if (caller.ask() != 200)
            return base::Failure{"/health did not respond with 200: " + daemon.last_output()};
        milliseconds_each.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    }
    return milliseconds_each;
}

}  // namespace botcore::bench
