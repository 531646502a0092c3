#pragma once

/// What the groups of routes share: the parts behind the API, and the steps that most routes take:
/// read a command's headers, find the account, hand the command to the runtime.
///
/// Y2  A command goes to the runtime under the caller's key and the hash of what it means: method,
///     canonical path, canonical body, If-Match.
/// Y3  Reads see committed state only: they are refused while the runtime is not running, since its
///     memory may then hold what was never committed.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "protocol/events.hpp"
#include "runtime/archive/history.hpp"
#include "runtime/runtime.hpp"
#include "shell/auth/audit_journal.hpp"
#include "shell/http/pending_responses.hpp"
#include "shell/http/request_context.hpp"
#include "shell/log/log.hpp"
#include "shell/metrics/metrics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::http {

/// Answers are kept in this process: there is no Redis.
inline constexpr std::string_view kCacheInProcess = "in_process";

struct ApiOptions {
    model::AccountId account_default{"futures"};  ///< What the short routes act on.
    std::string version;
    std::string exchange_kind = "paper";
    std::string cache_kind{kCacheInProcess};  ///< Or "redis".
    /// May /metrics be read without a token? True for a listener on a loopback address only.
    bool metrics_public = false;
    /// Prices older than this are told as stale.
    model::Duration market_age_max = model::Duration::seconds(2);
    /// The timeline that the journal is on: every number of an answer belongs to it.
    runtime::archive::TimelineIdentity timeline{};
};

class ResponseCache;

/// All references outlive the API.
struct ApiContext {
    ApiOptions options;
    runtime::Runtime& runtime;
    PendingResponses& replies;
    ports::StoreReader& reader;
    const ports::MarketData& market;
    metrics::Metrics& metrics;
    log::Log& log;
    auth::AuditJournal& acts;
    std::function<runtime::Now()> now;
    /// Called after something was submitted: the loop must step soon.
    std::function<void()> wake;
    /// Runs work on the loop after the runtime had a turn: what takes long is done in parts.
    std::function<void(std::function<void()>)> later;
    /// Runs work on the loop after so much time; empty: a failed read is not tried again.
    std::function<void(model::Duration wait, std::function<void()>)> after{};
    /// Null: every answer is made anew.
    const ResponseCache* answers = nullptr;
    /// Sends an event of the moment to everybody who listens; empty: nobody can listen.
    std::function<void(const protocol::Event&)> publish{};

    // The steps answer the call themselves where they say no.

    /// Reads the header that every command has, the idempotency key.
    [[nodiscard]] bool begin_command(RequestContext& call, std::string_view canonical_path) const;
    [[nodiscard]] bool read_if_match(RequestContext& call,
                                     std::optional<std::uint64_t>& version) const;
    /// For commands without a body.
    [[nodiscard]] bool read_no_fields(RequestContext& call) const;
    /// Finds the symbol that a caller means among the instruments that are known.
    [[nodiscard]] protocol::ReadSymbol symbols() const;
    /// {symbol} of the path.
    [[nodiscard]] bool check_symbol(RequestContext& call) const;
    [[nodiscard]] bool running(RequestContext& call) const;
    /// Answers a call whose read of the store failed: 504 STORE_TIMEOUT for one that took too long.
    /// What may pass is tried again after 1, 2 and 4 s, within the call's deadline, by calling the
    /// route's handler again. The call is no longer the caller's.
    void store_failed(RequestContext& call, ports::StoreError error) const;

    /// {account} of the path; the caller's default account on a path without one.
    [[nodiscard]] model::AccountId account_of(const RequestContext& call) const;
    /// The account if the caller may see it; null once the call is answered.
    [[nodiscard]] const core::AccountState* find_account(RequestContext& call) const;

    /// Under which key and for which meaning the command is carried out.
    [[nodiscard]] model::Origin origin_of(const RequestContext& call,
                                          std::string_view canonical_body) const;
    /// Hands the command over; the runtime answers. An operator's act goes into the audit.
    void submit(RequestContext& call, model::InputBody body) const;

    /// The order of that id: of ours, or an imported one of the account, or of any account where
    /// none is named. Nothing where there is none.
    [[nodiscard]] ports::StoreResult<std::optional<model::Order>> order_named(
        const model::ClientOrderId& id, const model::AccountId* account) const;

    /// The instrument's quote; one without prices where there is none.
    [[nodiscard]] model::Quote quote_of(const model::InstrumentId& instrument) const;

private:
    void audit(RequestContext& call, const model::InputBody& body) const;
};

/// May the caller see what belongs to this owner? One's own, and an operator everything.
[[nodiscard]] bool may_see(const auth::Caller& caller, const model::Owner& owner);

}  // namespace botcore::shell::http
