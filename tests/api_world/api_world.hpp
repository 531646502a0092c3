#pragma once

/// The complete API for tests: the real server, runtime and store file, with an exchange and a
/// market that the test controls. The clock moves only when the test moves it.

#include "host/health_prober.hpp"
#include "host/route_table.hpp"
#include "net/test_client_test.hpp"
#include "ports/notifier.hpp"
#include "ports/store.hpp"
#include "protocol/events.hpp"
#include "tests/api_world/obedient_exchange.hpp"
#include "tests/api_world/still_market.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

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

inline constexpr std::string_view kOrders = "/api/accounts/futures/orders";
inline constexpr std::string_view kBuy = R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})";
/// A limit order below the market.
inline constexpr std::string_view kRest =
    R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"0.01","price":"49000"})";

inline const std::string kToken(43, 't');
inline const std::string kTraderToken(43, 'r');
inline const std::string kViewerToken(43, 'v');

/// Makes password hashing cheap and sets limits that tests do not reach by accident.
[[nodiscard]] UserAccessOptions test_access();

class ApiWorld {
public:
    ApiWorld();
    explicit ApiWorld(UserAccessOptions who);
    ApiWorld(UserAccessOptions who, net::HttpServerOptions server);
    /// A world that has these instruments beside the built-in ones.
    explicit ApiWorld(std::vector<model::Instrument> instruments);
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

    /// Commits complete later from now on: each waits for `complete_commit`.
    void hold_commits();

    /// Waits until a commit is held and completes it; then commits are not held any more.
    void complete_commit();

    /// Waits until a commit is held.
    void await_held_commit();

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
    /// Receives the reports that routes send; use it only on the thread of the loop.
    std::function<void(const ports::Notice&)> send_report;

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
    ApiWorld(UserAccessOptions who,
             net::HttpServerOptions server,
             std::vector<model::Instrument> instruments);

    class Implementation;

    int open_account(std::string_view name, std::string_view market_name);

    std::unique_ptr<Implementation> implementation_;
    int keys_ = 0;
};

/// The id of the order that the response shows.
[[nodiscard]] inline std::string order_id(const net::TestResponse& response) {
    return std::string(ApiWorld::data(response).at("order_id").as_string());
}

}  // namespace botcore::api
