#pragma once

/// What the groups of routes share: the components behind the API, and the steps that most routes
/// take: read a command's headers, find the account, submit the command to the runtime.
///
/// Y2  A command is submitted to the runtime under the caller's idempotency key and a hash of its
///     meaning: method, canonical path, canonical body, If-Match.
/// Y3  Reads see committed state only. They are refused while the runtime is not running, since its
///     memory may then hold state that was never committed.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "api/pending_responses.hpp"
#include "host/request_context.hpp"
#include "model/timeline.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "ports/notifier.hpp"
#include "protocol/events.hpp"
#include "resilience/deadline.hpp"
#include "runtime/archive/history.hpp"
#include "runtime/runtime.hpp"
#include "services/audit/audit_journal.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::api {

/// Responses are cached in this process; Redis is not used.
inline constexpr std::string_view kCacheInProcess = "in_process";

struct ApiOptions {
    /// The account of a request whose route names no account.
    model::AccountId account_default{"futures"};
    std::string version;
    std::string exchange_kind = "paper";
    std::string cache_kind{kCacheInProcess};  ///< `kCacheInProcess` or "redis".
    /// Whether /metrics can be read without a token. True only for a listener on a loopback
    /// address.
    bool metrics_public = false;
    /// Prices that are older than this are reported as stale.
    model::Duration market_age_max = model::Duration::seconds(2);
    /// After this a request has a response, at most 30 s; no work for it begins later.
    model::Duration deadline = resilience::kDeadlineDefault;
    /// Makes the waits of two processes between retries differ.
    std::uint64_t retry_seed = 1;
    /// The journal's timeline: every sequence number in a response belongs to it.
    model::TimelineIdentity timeline{};
};

class ReadRetries;
class ResponseCache;

/// All references outlive the API.
struct ApiContext {
    ApiOptions options;
    runtime::Runtime& runtime;
    PendingResponses& replies;
    ports::StoreReader& reader;
    const ports::MarketData& market;
    observability::Metrics& metrics;
    observability::Log& log;
    audit::AuditJournal& acts;
    std::function<model::Now()> now;
    /// Called after a submit, so that the loop steps soon.
    std::function<void()> wake;
    /// Runs work on the loop after the runtime's next step, so that long work can be split up.
    std::function<void(std::function<void()>)> later;
    /// Runs work on the loop after the given time.
    std::function<void(model::Duration wait, std::function<void()>)> after{};
    /// If this is null, no response is cached.
    const ResponseCache* response_cache = nullptr;
    /// Publishes a transient event to all subscribers. Empty if there is no event stream.
    std::function<void(const protocol::Event&)> publish{};
    /// Sends a report to the operators over e-mail and Slack. Empty if there are no channels.
    std::function<void(const ports::Notice&)> send_report{};
    /// If this is null, failed reads are not retried.
    ReadRetries* read_retries = nullptr;

    // Each of the following steps sends the error response itself when it fails.

    /// Reads the idempotency key, the header that every command has.
    [[nodiscard]] bool begin_command(host::RequestContext& call,
                                     std::string_view canonical_path) const;
    [[nodiscard]] bool read_if_match(host::RequestContext& call,
                                     std::optional<std::uint64_t>& version) const;
    /// Checks that the body of a command without fields contains no fields.
    [[nodiscard]] bool read_no_fields(host::RequestContext& call) const;
    /// Finds the known instrument that a caller's spelling of a symbol means.
    [[nodiscard]] protocol::ReadSymbol symbols() const;
    /// Checks the value of {symbol} in the path.
    [[nodiscard]] bool check_symbol(host::RequestContext& call) const;
    [[nodiscard]] bool running(host::RequestContext& call) const;
    /// Handles a failed read of the store. A read that took too long gets 504 STORE_TIMEOUT. A
    /// transient failure is retried as `ReadRetries` says, by calling the route's handler again.
    /// The route must not use the call afterwards.
    void store_failed(host::RequestContext& call, ports::StoreError error) const;

    /// The account in the path, or the caller's default account if the path names no account.
    [[nodiscard]] model::AccountId account_of(const host::RequestContext& call) const;
    /// The account if the caller may see it; null when an error response was sent.
    [[nodiscard]] const core::AccountState* find_account(host::RequestContext& call) const;

    /// The command's owner, idempotency key, hash of its meaning (Y2) and authority.
    [[nodiscard]] model::Origin origin_of(const host::RequestContext& call,
                                          std::string_view canonical_body) const;
    /// Submits the command; the runtime's reply becomes the response. Commands of operators that
    /// `audited_command` selects are also recorded in the audit.
    void submit(host::RequestContext& call, model::InputBody body) const;

    /// The order with this id: an order of this system, or an imported order of the account (of any
    /// account if `account` is null). Empty if there is no such order.
    [[nodiscard]] ports::StoreResult<std::optional<model::Order>> order_named(
        const model::ClientOrderId& id, const model::AccountId* account) const;

    /// The instrument's quote. The quote has no prices if none are known.
    [[nodiscard]] model::Quote quote_of(const model::InstrumentId& instrument) const;

private:
    void audit(host::RequestContext& call, const model::InputBody& body) const;
};

/// A caller may see what it owns; an operator may see everything.
[[nodiscard]] bool may_see(const host::Caller& caller, const model::Owner& owner);

}  // namespace botcore::api
