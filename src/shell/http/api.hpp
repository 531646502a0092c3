#pragma once

/// The HTTP API: finds the route, checks the caller and the request, submits commands to the
/// runtime and answers reads from its durable state and the store. docs/api describes it for
/// callers.
///
/// Y1  Without a token nothing but health, ping and (on a loopback address) metrics answers; the
///     401 comes before the path, the headers or the body are looked at.
/// Y2  A command goes to the runtime under the caller's key and the hash of what it means: method,
///     canonical path, canonical body, If-Match.
/// Y3  Reads see committed state only: they are refused while the runtime is not running, since its
///     memory may then hold what was never committed.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "protocol/api_requests.hpp"
#include "runtime/runtime.hpp"
#include "shell/auth/operator_token.hpp"
#include "shell/http/http_message.hpp"
#include "shell/http/reply_desk.hpp"
#include "shell/log/log.hpp"
#include "shell/metrics/metrics.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

struct ApiOptions {
    model::AccountId account_default{"futures"};  ///< What the short routes act on.
    std::string version;
    std::string exchange_kind = "paper";
    /// May /metrics be read without a token? True for a listener on a loopback address only.
    bool metrics_public = false;
    /// Market data older than this makes the health degraded.
    model::Duration market_age_max = model::Duration::seconds(2);
};

class Api final : public HttpHandler {
public:
    /// All of them outlive the API.
    struct Parts {
        runtime::Runtime& runtime;
        ReplyDesk& replies;
        ports::StoreReader& reader;
        const ports::MarketData& market;
        const auth::TokenVerifier& tokens;
        metrics::Metrics& metrics;
        log::Log& log;
        std::function<runtime::Now()> now;
        /// Called after something was submitted: the loop must step soon.
        std::function<void()> wake;
    };

    Api(ApiOptions options, Parts parts);

    void handle(HttpRequest request, Respond respond) override;
    void on_finished(const HttpExchange& exchange) override;

    /// Looks how the store does, for the health routes, which never wait themselves. Call it about
    /// once a second.
    void probe();

    /// From now on health and readiness say 503: this process is about to end.
    void say_goodbye() { goodbye_ = true; }

    /// For the health body and the metrics.
    void set_websocket_connections(std::size_t count) { websocket_connections_ = count; }

    /// A request on its way through a route; for the routes only.
    struct Call;
    using Route = void (Api::*)(Call&);

private:
    struct RouteRow;
    struct CommandKey;
    struct Health;

    static std::span<const RouteRow> routes();
    [[nodiscard]] bool is_public(const HttpRequest& request) const;
    [[nodiscard]] bool authorize(Call& call);
    void dispatch(Call& call);

    // Commands.
    void place_order(Call& call);
    void cancel_order(Call& call);
    void close_position(Call& call);
    void set_leverage(Call& call);
    void open_account(Call& call);
    void reset_account(Call& call);
    void transfer(Call& call);

    // Reads.
    void list_orders(Call& call);
    void show_order(Call& call);
    void explain_order(Call& call);
    void list_positions(Call& call);
    void show_position(Call& call);
    void list_accounts(Call& call);
    void show_account(Call& call);
    void list_history(Call& call);
    void list_journal(Call& call);
    void list_prices(Call& call);
    void show_book(Call& call);
    void list_symbols(Call& call);

    // Health.
    void show_health(Call& call);
    void show_ready(Call& call);
    void show_live(Call& call);
    void show_metrics(Call& call);
    void ping(Call& call);

    [[nodiscard]] Health health() const;
    [[nodiscard]] bool check_path(Call& call, std::string_view canonical_path);
    [[nodiscard]] bool check_symbol(Call& call);
    [[nodiscard]] bool read_key(Call& call);
    [[nodiscard]] bool read_if_match(Call& call, std::optional<std::uint64_t>& version);
    [[nodiscard]] model::Origin origin_of(const Call& call, std::string_view canonical_body) const;
    void submit(Call& call, model::InputBody body);

    [[nodiscard]] model::AccountId account_of(const Call& call) const;
    [[nodiscard]] const core::AccountState* find_account(Call& call);
    [[nodiscard]] bool running(Call& call);
    [[nodiscard]] model::Quote quote_of(const model::InstrumentId& instrument) const;
    [[nodiscard]] boost::json::object account_json(const core::AccountState& account) const;
    [[nodiscard]] std::optional<model::Order> find_order(Call& call,
                                                         const model::AccountId* account);

    void answer(Call& call, boost::json::value data);
    void fail(Call& call, std::uint16_t status, const protocol::RequestError& error);
    void fail(Call& call, std::uint16_t status, std::string_view code, std::string message);

    ApiOptions options_;
    Parts parts_;
    model::Timestamp started_;

    struct StoreProbe {
        bool connected = false;
        model::Duration latency;
        model::Timestamp at;
    } store_;

    std::size_t websocket_connections_ = 0;
    bool goodbye_ = false;
};

}  // namespace botcore::shell::http
