// The real botcored, end to end: small checks that a person can repeat by hand.

#include "net/tls_client_test.hpp"
#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/order_mix.hpp"
#include "tests/crash/store_audit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <thread>

namespace botcore::crash {
namespace {

using std::chrono::seconds;

constexpr std::string_view kExampleOrder =
    R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.01"})";

/// The body without the time of the request.
std::string without_time(const std::string& body) {
    return body.substr(0, body.rfind("\"timestamp\""));
}

class DaemonTest : public testing::Test {
protected:
    void SetUp() override {
        const auto started = daemon_.start();
        ASSERT_TRUE(started) << started.error();
    }

    [[nodiscard]] Answer place(const std::string& key) {
        const auto answer = daemon_.ask(place_order("futures", std::string(kExampleOrder), key));
        return answer.value_or(Answer{});
    }

    [[nodiscard]] Answer get(const std::string& part) {
        return daemon_.ask(read(account_target("futures") + part)).value_or(Answer{});
    }

    void restart() {
        daemon_.kill();
        const auto started = daemon_.start();
        ASSERT_TRUE(started) << started.error();
    }

    TemporaryFolder folder_;
    DaemonProcess daemon_{{.program = {}, .data = folder_.path() / "data", .arguments = {}}};
};

// @spec:I10 R4-AUTO-09 TC-REL-002 RT-INT-01
TEST_F(DaemonTest, ShowsTheSameStateAfterKillMinusNine) {
    const Answer first = place("my-first-order");
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(field_of(first.body, "status"), "FILLED");
    const std::string order = "/orders/" + std::string(field_of(first.body, "order_id"));
    const Answer before = get(order);
    restart();
    EXPECT_EQ(without_time(get(order).body), without_time(before.body));
    EXPECT_EQ(field_of(get("/history").body, "order_id"), field_of(first.body, "order_id"));
    const Answer positions = get("/positions");
    EXPECT_EQ(field_of(positions.body, "quantity"), "0.01") << positions.body;
}

// @spec:I8 R3-IDEM-08
TEST_F(DaemonTest, RepliesWithTheSameBytesAfterARestart) {
    const Answer first = place("kept");
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_FALSE(first.replayed);
    restart();
    const Answer again = place("kept");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    EXPECT_TRUE(again.replayed);
    const auto other = daemon_.ask(
        place_order("futures", R"({"symbol":"BTCUSDT","side":"SELL","quantity":"0.01"})", "kept"));
    ASSERT_TRUE(other.has_value());
    EXPECT_EQ(other->status, 422) << other->body;
}

TEST_F(DaemonTest, ServesTheApiDocumentInTheRepository) {
    const Answer served = daemon_.ask(read("/api/openapi.json")).value_or(Answer{});
    ASSERT_EQ(served.status, 200);
    std::ifstream file("docs/api/openapi.json");
    const std::string kept{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_TRUE(served.body == kept)
        << "write it again: curl http://127.0.0.1:8080/api/openapi.json > docs/api/openapi.json";
}

TEST_F(DaemonTest, RefusesASecondDaemonOnItsFolder) {
    DaemonProcess second({.program = {}, .data = daemon_.data(), .arguments = {}});
    ASSERT_TRUE(second.spawn());
    const auto status = second.wait(seconds(20));
    ASSERT_TRUE(status.has_value()) << "the daemon is running";
    EXPECT_GE(*status, 64);
    EXPECT_LE(*status, 78);
    EXPECT_EQ(place("still-alone").status, 200);
}

TEST_F(DaemonTest, EndsCleanlyOnSigterm) {
    ASSERT_EQ(place("before-the-end").status, 200);
    EXPECT_EQ(daemon_.terminate(), 0) << daemon_.last_output();
    const AuditReport report = audit_store(daemon_.data(), TradeLog());
    EXPECT_TRUE(report.clean()) << report.findings.front();
    EXPECT_EQ(report.orders, 1U);
    EXPECT_EQ(report.fills, 1U);
}

TEST(DaemonStart, ServesPlainHttpToOtherMachinesOnlyWhenConfigured) {
    const TemporaryFolder folder;
    const auto daemon_with = [&](std::vector<std::string> arguments) {
        return std::make_unique<DaemonProcess>(DaemonOptions{
            .program = {}, .data = folder.path() / "data", .arguments = std::move(arguments)});
    };
    const auto refusing = daemon_with({"--set", "http.address=0.0.0.0"});
    ASSERT_TRUE(refusing->spawn());
    const auto status = refusing->wait(seconds(60));
    ASSERT_TRUE(status.has_value()) << "the daemon is running";
    EXPECT_GE(*status, 64);
    EXPECT_LE(*status, 78);
    EXPECT_NE(refusing->last_output().find("http.allow_plain"), std::string::npos);
    const auto told =
        daemon_with({"--set", "http.address=0.0.0.0", "--set", "http.allow_plain=true"});
    const auto started = told->start();
    EXPECT_TRUE(started) << started.error();
}

TEST(DaemonStart, LoadsARenewedCertificateOnSighup) {
    using net::TlsClient;
    const TemporaryFolder folder;
    const net::TlsFiles files{folder.path() / "certificate.pem", folder.path() / "key.pem"};
    net::make_certificate(files, "first");
    DaemonProcess daemon({.program = {},
                          .data = folder.path() / "data",
                          .arguments = {"--set",
                                        "http.tls_certificate=" + files.certificate,
                                        "--set",
                                        "http.tls_key=" + files.key}});
    const auto started = daemon.start_listening();
    ASSERT_TRUE(started) << started.error();
    EXPECT_EQ(TlsClient(daemon.port()).name(), "first");
    net::make_certificate(files, "second");
    EXPECT_EQ(TlsClient(daemon.port()).name(), "first")
        << "The daemon has not received SIGHUP yet.";
    daemon.send_signal(SIGHUP);
    const auto end = std::chrono::steady_clock::now() + seconds(30);
    while (TlsClient(daemon.port()).name() != "second")
        ASSERT_LT(std::chrono::steady_clock::now(), end);
    EXPECT_EQ(daemon.terminate(), 0) << daemon.last_output();
}

/// Sends the same request on every connection, once each.
class SameRequest final : public LoadSource {
public:
    SameRequest(std::string bytes, std::size_t count) : bytes_(std::move(bytes)), left_(count) {}

    Id next(std::string& out) override {
        if (left_ == 0) return kNone;
        out += bytes_;
        return --left_;
    }

    void on_response(Id /*id*/, const ReplyFields& answer, Clock::duration) override {
        bodies.emplace(answer.body);
        statuses.insert(answer.status);
        if (!answer.replayed) ++first_count;
        ++response_count;
    }

    void on_lost(Id /*id*/) override {}

    std::set<std::string> bodies;
    std::multiset<int> statuses;
    std::size_t first_count = 0;
    std::size_t response_count = 0;

private:
    std::string bytes_;
    std::size_t left_;
};

// @spec:I8 R3-IDEM-04
TEST_F(DaemonTest, AHundredParallelRequestsWithOneKeyMakeOneOrder) {
    constexpr std::size_t kCallers = 100;
    std::string bytes;
    append_request(
        bytes, place_order("futures", std::string(kExampleOrder), "all-at-once"), daemon_.token());
    SameRequest source(bytes, kCallers);
    LoadClient client(daemon_.port(), kCallers, source);
    ASSERT_TRUE(client.connect());
    client.run_until(Clock::now() + seconds(20));
    EXPECT_EQ(source.response_count, kCallers);
    EXPECT_EQ(source.statuses.count(200), kCallers);
    EXPECT_EQ(source.bodies.size(), 1U);
    EXPECT_EQ(source.first_count, 1U);
    daemon_.kill();
    const AuditReport report = audit_store(daemon_.data(), TradeLog());
    EXPECT_EQ(report.orders, 1U);
    EXPECT_EQ(report.fills, 1U);
    EXPECT_TRUE(report.clean());
}

// @spec:I9
TEST_F(DaemonTest, AFloodOfReadsDoesNotStarveOrders) {
    constexpr std::size_t kReaders = 100;
    constexpr std::size_t kReads = 1'000'000;
    std::string bytes;
    append_request(bytes, read("/health/live"), daemon_.token());
    SameRequest source(bytes, kReads);
    LoadClient client(daemon_.port(), kReaders, source);
    ASSERT_TRUE(client.connect());
    std::atomic<bool> done = false;
    std::jthread flood([&] {
        while (!done)
            client.run_until(Clock::now() + std::chrono::milliseconds(20));
    });
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(place("amid-the-flood-" + std::to_string(i)).status, 200);
    }
    done = true;
    flood.join();
    EXPECT_GT(source.response_count, kReaders) << "The load was not applied.";
}

}  // namespace
}  // namespace botcore::crash
