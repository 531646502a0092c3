#pragma once

/// The complete API for tests: the real server, runtime and store file, with an exchange and a
/// market that the test controls. The clock moves only when the test moves it.

#include "host/health_prober.hpp"
#include "host/route_table.hpp"
#include "net/test_client_test.hpp"
#include "ports/exchange.hpp"
#include "ports/market_data.hpp"
#include "ports/store.hpp"
#include "protocol/events.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace botcore::net {
class HttpHandler;
struct HttpServerOptions;
}  // namespace botcore::net

namespace botcore::model {
struct TimelineIdentity;
}

namespace botcore::api {

class Api;
struct ApiContext;
class HealthRoutes;
class UserAccess;
struct UserAccessOptions;

inline const std::string kToken(43, 't');
inline const std::string kTraderToken(43, 'r');
inline const std::string kViewerToken(43, 'v');

/// An exchange that fills market orders at 50,000 and keeps limit orders open, or does not respond.
class ObedientExchange : public ports::Exchange {
public:
    void place(const model::OrderInstruction& order) override;

    void cancel(const model::CancelInstruction& cancel) override;

    void query(const model::AccountId&,
               const model::InstrumentId&,
               const model::ClientOrderId&) override {}

    void reconcile(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    /// The test's loop responds to it with `books`, which the test sets.
    void compare(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    void account_changed(const ports::AccountProjection&) override {}

    void define(const model::Instrument&) override {}

    void probe(std::function<void()> answered) override { probes.push_back(std::move(answered)); }

    std::deque<model::OrderReport> reports;
    std::deque<model::AccountId> reconciled;
    std::deque<std::function<void()>> probes;
    std::optional<model::VenueBooks> books;
    std::uint64_t last_id = 0;
    std::atomic<bool> silent{false};
    std::atomic<bool> rejects{false};
    std::atomic<int> placed{0};
    std::atomic<int> price{50'000};  ///< The price of the fills of market orders.
    std::atomic<int> trades{1};      ///< The number of trades that fill a market order.
    /// The time of an order's first trade relative to the order.
    std::atomic<int> offset_ms{0};
    /// The time between two trades of an order.
    std::atomic<int> gap_ms{0};
};

class StillMarket : public ports::MarketData {
public:
    StillMarket();

    model::Quote quote(const model::InstrumentId& id, model::Side, model::Quantity) const override;

    const model::DepthBook* book(const model::InstrumentId&) const override {
        return silent ? nullptr : &book_;
    }

    std::vector<model::InstrumentId> instruments() const override {
        return {{model::Market::Spot, model::Symbol("BTCUSDT")},
                {model::Market::Futures, model::Symbol("BTCUSDT")}};
    }

    const model::CandleBoard* candles(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? &trades : nullptr;
    }

    ports::CandleHistory* history(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? past : nullptr;
    }

    base::Timestamp exchange_now() const override { return clock; }

    std::optional<base::Timestamp> trades_missing_since(const model::InstrumentId&) const override {
        return missing_since;
    }

    ports::TradeCounts trade_counts() const override { return counts; }

    /// The candles, history and times of the futures instrument. Access these only on the thread of
    /// the loop.
    model::CandleBoard trades;
    ports::CandleHistory* past = nullptr;
    base::Timestamp clock;
    std::optional<base::Timestamp> missing_since;
    ports::TradeCounts counts;

    std::atomic<bool> silent{false};

private:
    model::DepthBook book_;
};

/// Makes password hashing cheap and sets limits that tests do not reach by accident.
[[nodiscard]] UserAccessOptions test_access();

class ApiWorld {
public:
    ApiWorld();
    explicit ApiWorld(UserAccessOptions who);
    ApiWorld(UserAccessOptions who, net::HttpServerOptions server);
    ~ApiWorld();
    ApiWorld(const ApiWorld&) = delete;
    ApiWorld& operator=(const ApiWorld&) = delete;

    void on_loop(const std::function<void()>& work);

    /// Sets the timeline, as a restore does.
    void set_timeline(model::TimelineIdentity timeline);

    /// Moves the clock and steps the runtime.
    void pass(model::Duration duration);

    /// Moves the clock without a step of the runtime, on the thread of the loop.
    void skip(model::Duration duration);

    void break_store(bool broken);

    [[nodiscard]] int journal_reads() const;

    /// Makes the next `times` reads of orders and fills fail.
    void fail_reads(int times, ports::StoreError error);

    /// The wait before each retry of a failed read; tests do not actually wait.
    std::vector<model::Duration> waits;

    /// Makes commits conflict from now on, as if another process wrote the journal.
    void fence();

    [[nodiscard]] std::filesystem::path database() const;

    [[nodiscard]] std::filesystem::path log_file() const;

    void flush_log();

    /// On the thread of the loop only.
    [[nodiscard]] UserAccess& access();

    [[nodiscard]] const ApiContext& api_context() const;

    [[nodiscard]] Api& api();

    /// The handler that the server calls; use it only on the thread of the loop.
    [[nodiscard]] net::HttpHandler& handler();

    [[nodiscard]] HealthRoutes& health_routes();

    /// The result of the cache's probe; the probe completes only while `cache_answers`.
    host::ProbeReply cache;
    bool cache_answers = true;
    model::ClockState clock = model::ClockState::Certain;
    std::vector<std::string> news;  ///< Maintenance announcements.
    /// The events that routes published; use it only on the thread of the loop.
    std::vector<protocol::Event> events;

    [[nodiscard]] net::TestClient client() const;

    [[nodiscard]] std::uint16_t port() const;

    /// A complete request as text. Each line of `headers` ends with CRLF.
    static std::string text(std::string_view method,
                            std::string_view path,
                            std::string_view headers = {},
                            std::string_view body = {},
                            std::string_view token = kToken);

    net::TestResponse ask(std::string_view method,
                          std::string_view path,
                          std::string_view headers = {},
                          std::string_view body = {});

    /// Sends a request with another token and a fresh idempotency key.
    net::TestResponse ask_as(std::string_view token,
                             std::string_view method,
                             std::string_view path,
                             std::string_view body = {});

    net::TestResponse get(std::string_view path);

    /// One value of /metrics; `line` is the name with its labels as printed.
    std::optional<double> metric(const std::string& line);

    /// Sends a command with a fresh idempotency key.
    net::TestResponse command(std::string_view method,
                              std::string_view path,
                              std::string_view body = {});

    static boost::json::value json(const net::TestResponse& response);

    static boost::json::value data(const net::TestResponse& response);

    static std::string code(const net::TestResponse& response);

    /// How many fills the performance routes read at once.
    static constexpr std::size_t kFillsShown = 6;

    ObedientExchange exchange;
    StillMarket market;

private:
    class Implementation;

    int open_account(std::string_view name, std::string_view market_name);

    std::unique_ptr<Implementation> implementation_;
    int keys_ = 0;
};

}  // namespace botcore::api
