// 100,000 orders of 64 clients while recorded streams of the exchange run through the daemon as
// fast as it can process them: nothing is lost, doubled or half applied.

#include "tests/crash/daemon_process.hpp"
#include "tests/crash/order_mix.hpp"
#include "tests/crash/store_audit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace botcore::crash {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kOrders = 100'000;
constexpr std::size_t kClients = 64;
constexpr double kMemoryMax = 150;  // MiB.

std::string recordings() {
    const char* data = std::getenv("BOTTEST_DATA");
    if (data == nullptr) return {};
    const auto streams = std::filesystem::path(data) / "streams";
    std::string list;
    for (const char* name : {"spot-btcusdt-20240808.raw.gz",
                             "spot-ethusdt-20240808.raw.gz",
                             "usdm-btcusdt-20240808.raw.gz"}) {
        list += (list.empty() ? "" : ",") + (streams / name).string();
    }
    return list;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + '\n';
    return text;
}

class Soak {
public:
    explicit Soak(const std::string& files)
        : mix_({.seed = 7, .futures_symbols = {"BTCUSDT"}}, log_),
          daemon_({.program = {},
                   .data = folder_.path() / "data",
                   .arguments = {
                       "--market", "recorded", "--market-files", files, "--market-speed", "0"}}) {}

    void start() {
        const auto started = daemon_.start();
        ASSERT_TRUE(started) << started.error();
        mix_.set_token(daemon_.token());
        const auto opened = open_accounts(mix_.accounts(), daemon_.port(), daemon_.token());
        ASSERT_TRUE(opened) << opened.error();
    }

    void trade() {
        LoadClient client(daemon_.port(), kClients, mix_);
        ASSERT_TRUE(client.connect());
        const auto begin = Clock::now();
        while (mix_.orders_done() < kOrders && Clock::now() - begin < minutes(4)) {
            client.run_until(Clock::now() + seconds(1));
            ASSERT_EQ(client.open_count(), kClients) << daemon_.last_output();
            ASSERT_TRUE(daemon_.running()) << daemon_.last_output();
        }
        const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
        client.drain_until(Clock::now() + seconds(20));
        EXPECT_EQ(client.busy_count(), 0U);
        for (const auto& [status, count] : mix_.statuses())
            std::printf(
                "status %d: %llu answers\n", status, static_cast<unsigned long long>(count));
        std::printf(
            "%llu orders in %.1f s\n", static_cast<unsigned long long>(mix_.orders_done()), taken);
    }

    /// Repeats requests that were refused temporarily or left open by a time-out, until each has a
    /// final response.
    void settle() {
        mix_.set_only_again(true);
        const auto deadline = Clock::now() + seconds(30);
        while (!log_.in_doubt().empty() && Clock::now() < deadline) {
            mix_.repeat(log_.in_doubt());
            LoadClient client(daemon_.port(), kClients, mix_);
            ASSERT_TRUE(client.connect());
            client.run_until(deadline);
        }
        EXPECT_TRUE(log_.in_doubt().empty());
    }

    void judge() {
        const double memory = daemon_.resident_mib();
        std::printf("memory of the daemon: %.1f MiB\n", memory);
        EXPECT_LT(memory, kMemoryMax);
        EXPECT_GE(mix_.orders_done(), kOrders);
        EXPECT_TRUE(mix_.contradictions().empty()) << joined(mix_.contradictions());
        EXPECT_EQ(daemon_.terminate(), 0);
        const AuditReport report = audit_store(daemon_.data(), log_);
        std::printf("%llu records, %llu orders, %llu fills, %llu answers compared\n",
                    static_cast<unsigned long long>(report.records),
                    static_cast<unsigned long long>(report.orders),
                    static_cast<unsigned long long>(report.fills),
                    static_cast<unsigned long long>(report.acknowledged));
        EXPECT_TRUE(report.clean()) << joined(report.findings);
        EXPECT_EQ(report.acknowledged, log_.size());
    }

private:
    TemporaryFolder folder_;
    TradeLog log_;
    OrderMix mix_;
    DaemonProcess daemon_;
};

// @spec:I4 I5 I8 R3-TX-01 R3-TX-05
TEST(Soak, AHundredThousandOrdersOverRecordedStreamsAddUp) {
    const std::string files = recordings();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA is not set";
    Soak soak(files);
    soak.start();
    if (HasFatalFailure()) return;
    soak.trade();
    if (HasFatalFailure()) return;
    soak.settle();
    soak.judge();
}

}  // namespace
}  // namespace botcore::crash
