#include "tests/bench/reliability_bench.hpp"

#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/judge_report.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/crash/order_mix.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <memory>

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

    /// The median latency of the orders of one stretch of load, in microseconds.
    [[nodiscard]] double p50_us(milliseconds length) {
        mix_.latencies().clear();
        client_->run_until(Clock::now() + length);
        client_->drain_until(Clock::now() + seconds(10));
        return crash::median(mix_.latencies());
    }

    [[nodiscard]] bool is_sound() const {
        return client_->open_count() == 1 && mix_.contradictions().empty();
    }

    [[nodiscard]] std::string last_output() const { return daemon_.last_output(); }

private:
    crash::DaemonProcess daemon_;
    crash::TradeLog log_;
    crash::OrderMix mix_;
    std::unique_ptr<crash::LoadClient> client_;
};

/// Accepts by the system's backlog and never says a word.
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

/// One keep-alive connection that asks for /health, one request at a time.
class HealthCaller {
public:
    explicit HealthCaller(std::uint16_t port) : socket_(crash::connect_to(port)) {
        crash::append_request(request_, crash::read("/health"), {});
    }

    ~HealthCaller() {
        if (socket_ >= 0) ::close(socket_);
    }

    HealthCaller(const HealthCaller&) = delete;
    HealthCaller& operator=(const HealthCaller&) = delete;

    /// False when no whole answer came.
    [[nodiscard]] bool ask() {
        if (::send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request_.size())) {
            return false;
        }
        answer_.clear();
        crash::AnswerView view;
        while (true) {
            const std::size_t had = answer_.size();
            answer_.resize(had + 4'096);
            const ssize_t count = ::recv(socket_, answer_.data() + had, 4'096, 0);
            if (count <= 0) return false;
            answer_.resize(had + static_cast<std::size_t>(count));
            const auto taken = crash::take_answer(answer_, view);
            if (!taken) return false;
            if (*taken > 0) return view.status == 200;
        }
    }

private:
    int socket_;
    std::string request_;
    std::string answer_;
};

/// When the request counts as due: a sleep that lasted too long is the machine's fault, a turn that
/// is missed because the answer before it came late is the daemon's.
Clock::time_point wait_until_due(Clock::time_point due) {
    const auto left = std::chrono::nanoseconds(due - Clock::now()).count();
    if (left <= 0) return due;
    const timespec pause{.tv_sec = 0, .tv_nsec = left};
    (void)nanosleep(&pause, nullptr);
    return Clock::now();
}

}  // namespace

base::Result<std::vector<double>, std::string> measure_overhead(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    const OverheadEffort& effort) {
    // The limits of callers are on, but wide enough to refuse nobody.
    Loaded on({.program = program,
               .data = folder / "mechanisms-on",
               .arguments = {"--set",
                             "limits.loopback=true",
                             "--set",
                             "limits.operators=true",
                             "--set",
                             "limits.entries_per_second=100000",
                             "--set",
                             "limits.exits_per_second=100000"}});
    Loaded off({.program = program,
                .data = folder / "mechanisms-off",
                .arguments = {"--set",
                              "reliability.enabled=false",
                              "--set",
                              "reliability.health_check_interval_seconds=60"}});
    for (Loaded* one : {&on, &off}) {
        if (auto started = one->start(); !started) return base::Failure{started.error()};
        (void)one->p50_us(effort.each);  // Warm-up.
    }
    std::vector<double> percent;
    for (int pair = 0; pair < effort.pairs; ++pair) {
        // Whichever is first alternates, so that a drift of the machine falls on both.
        Loaded& first = pair % 2 == 0 ? on : off;
        Loaded& second = pair % 2 == 0 ? off : on;
        const double one = first.p50_us(effort.each);
        const double other = second.p50_us(effort.each);
        if (!on.is_sound() || !off.is_sound() || one <= 0 || other <= 0) {
            return base::Failure{"a daemon closed its connection under load: " + on.last_output() +
                                 off.last_output()};
        }
        percent.push_back(100 * ((pair % 2 == 0 ? one / other : other / one) - 1));
    }
    return percent;
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
    HealthCaller caller(daemon.port());
    std::vector<double> milliseconds_each;
    const auto begin = Clock::now();
    for (auto due = begin; due < begin + length; due += kBetweenHealthCalls) {
        const auto began = wait_until_due(due);
        if (!caller.ask()) return base::Failure{"/health gave no 200: " + daemon.last_output()};
        milliseconds_each.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    }
    return milliseconds_each;
}

}  // namespace botcore::bench
