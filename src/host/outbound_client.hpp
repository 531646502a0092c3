#pragma once

/// Calls one external service. Each call passes the five policies of the resilience layer: a
/// deadline, slots by priority, a throttle with a retry budget, a breaker for its endpoint, and
/// retries of repeatable requests. How a call ended is passed to the caller as a value.
///
/// N1  `done` is called once for each call, never before `call` returns, never after the client is
///     destroyed, and at the latest when the call's time limit has passed.
/// N2  A request that is not `Repeat::Allowed` is sent at most once.
/// N3  If the service named a time for the next request, no request is sent before that time
///
/// N4  Each retry is logged (R2-RETRY-14), and so is each transition of a breaker.
///
/// Threads: the loop thread.

#include "host/breaker_file.hpp"
#include "net/http_attempt.hpp"
#include "observability/log.hpp"
#include "resilience/pipeline.hpp"

#include <map>
#include <vector>

namespace botcore::host {

/// How a call ended, by what the caller can do about it.
enum class OutboundKind : std::uint8_t {
    Answered,     ///< A valid response, even a 4xx: `status` and `body` are set.
    ServerError,  ///< The response is a 5xx.
    NotSent,      ///< No byte of the request was sent.
    TimedOut,     ///< No response in time; the effect of the request is not known.
    Broken,       ///< The connection broke, or the response is not HTTP; the effect is not known.
    Throttled,    ///< The service or our own throttle limits the rate; repeat at `retry_at` if set.
    BreakerOpen,  ///< The breaker is open; no further attempt was made. Repeat at `retry_at`.
    Overloaded,   ///< All slots of the client for such calls are taken.
};

struct OutboundResult {
    OutboundKind kind = OutboundKind::Answered;
    std::uint16_t status = 0;  ///< The status of the last response; 0: there was none.
    std::string body{};
    std::uint32_t attempts = 0;
    std::optional<resilience::AttemptEnd> last_end = std::nullopt;  ///< How the last attempt ended.
    /// Why there was no further attempt; MaxRetriesExceeded after the last allowed attempt.
    std::optional<resilience::GiveUp::Why> gave_up = std::nullopt;
    std::optional<base::Timestamp> retry_at = std::nullopt;
    std::string detail{};  ///< The error message of the system, for logs.
};

/// A group of requests that fail together and share a breaker.
struct EndpointRules {
    std::string name;  ///< For example "analyze"; the breaker is called "<service>.<name>".
    resilience::BreakerRules breaker{};
    /// The endpoint of health probes begins as MetricsOnly: probes detect recovery, so no breaker
    /// may block them.
    resilience::BreakerState begins_as = resilience::BreakerState::Closed;
};

struct ServiceRules {
    std::string name;  ///< For example "analysis".
    net::ServiceUrl url;
    std::vector<EndpointRules> endpoints;
    resilience::PipelineRules pipeline{};
    resilience::BulkheadRules places{};
};

struct OutboundRequest {
    std::string_view endpoint;  ///< One of the endpoints of the service.
    net::OutboundHttpRequest http_request{};
    resilience::Lane lane = resilience::Lane::MarketData;
    resilience::Repeat repeat = resilience::Repeat::Forbidden;
    base::Duration limit = base::Duration::seconds(10);  ///< For the whole call with its retries.
};

/// Callbacks for metrics; each may be empty. `operation` is the breaker's name.
struct OutboundCounts {
    using Text = std::string_view;

    std::function<void(Text operation, const resilience::BreakerTransition&)> breaker_transition{};
    /// An attempt after the first attempt has ended; `result` is "success" or "failure".
    std::function<void(Text operation, Text result)> retried{};
    std::function<void(Text operation)> timed_out{};
};

class OutboundClient {
public:
    using Done = std::function<void(OutboundResult)>;

    struct Parts {
        boost::asio::io_context& context;
        net::HttpTransport& transport;
        BreakerFile& breakers;
        observability::Log& log;
        base::Random random;
    };

    OutboundClient(ServiceRules rules, Parts parts, OutboundCounts counts = {});
    /// Ends all calls without calling their `done`.
    ~OutboundClient();
    OutboundClient(const OutboundClient&) = delete;
    OutboundClient& operator=(const OutboundClient&) = delete;

    void call(const OutboundRequest& request, Done done);

    /// Sets the state of a breaker, as an operator requests. Returns false when no breaker has that
    /// name, or when `state` is Open or HalfOpen, which cannot be set.
    [[nodiscard]] bool force(std::string_view breaker, resilience::BreakerState state);

    struct BreakerView {
        std::string_view name;
        resilience::BreakerState state;
    };

    /// All breakers, for metrics and health.
    [[nodiscard]] std::vector<BreakerView> breakers() const;

    [[nodiscard]] std::size_t calls_under_way() const { return calls_.size(); }

private:
    struct Endpoint;
    struct Call;
    using Step = resilience::PipelineStep;

    [[nodiscard]] Endpoint& endpoint_of(std::string_view endpoint);
    [[nodiscard]] base::Timestamp now() const;
    void follow(Call& call, const Step& step);
    void make_attempt(Call& call, resilience::Deadline deadline);
    void on_attempt(Call& call, net::OutboundHttpResponse response);
    void retry_later(Call& call, const resilience::RetryAt& retry);
    void wait(Call& call, base::Timestamp until, void (OutboundClient::*then)(Call&));
    void retry_now(Call& call);
    void no_slot(Call& call);
    void end(Call& call, const resilience::CallOver& over);
    void finish_later(Done done, OutboundResult result);
    void fill_slots();
    void note_transition(Endpoint& line);

    ServiceRules rules_;
    Parts parts_;
    OutboundCounts counts_;
    base::Timestamp wall_at_start_;
    std::chrono::steady_clock::time_point steady_at_start_;
    resilience::Bulkhead places_;
    std::vector<std::unique_ptr<Endpoint>> endpoints_;
    std::map<resilience::Bulkhead::Ticket, std::shared_ptr<Call>> calls_;
    resilience::Bulkhead::Ticket last_ticket_ = 0;
    base::Timestamp blocked_until_;
    std::shared_ptr<int> alive_;  ///< Lets handlers detect that the client is destroyed.
};

[[nodiscard]] std::string_view to_text(OutboundKind kind);

}  // namespace botcore::host
