#pragma once

/// The loop of one shard: take waiting inputs, apply them, commit them in one transaction, then
/// dispatch their effects.
///
///            ┌────────── discard, load again ──────────┐
///            v                                         │
///   Down ──start──> Running ──step: apply, commit──> Running | Down (no store) | Fenced
///
/// R1  Nothing leaves (reply, order, query) before the batch that caused it is durable (I6, I1).
/// R2  After a commit that did not succeed, the outcome of its batch is unknown: the state in
///     memory is discarded, its callers receive "outcome unknown, repeat with the same key", and a
///     new term begins.
/// R3  A writer that lost the journal's head to another writer is Fenced and never writes again
///     (I7).
///
/// R4  An exchange that does not reply counts as "no answer" after a time limit; no order waits
///     indefinitely.
///
/// Queues: `requests` (4,096; when full the caller gets 503 at once), `facts` of the exchange
/// (65,536; when full the newest is dropped and a new term begins, since facts are then missing)
/// and `audit_events`, which also holds the findings of checks (1,000; when full the call returns
/// false).
///
/// R5  Every account is compared with its exchange every `compare_every`, and once a day over the
///     whole day. A comparison in progress does not block entries.
///
/// R6  While a commit is in progress, the state in memory is not durable. Nothing reads it: `step`
///     only waits for the result, and `state` must not be called.
///
/// Threads: one at a time; no call blocks except on the store.

#include "base/bounded_queue.hpp"
#include "base/check.hpp"
#include "core/engine.hpp"
#include "model/now.hpp"
#include "ports/exchange.hpp"
#include "ports/market_data.hpp"
#include "ports/reply_renderer.hpp"
#include "ports/store.hpp"
#include "resilience/deadline.hpp"
#include "runtime/audit_queue.hpp"
#include "runtime/batch_builder.hpp"
#include "runtime/comparison_schedule.hpp"
#include "runtime/duplicate_waiters.hpp"
#include "runtime/reply_retention.hpp"
#include "runtime/reply_timeouts.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace botcore::runtime {

inline constexpr std::size_t kRequestsMax = 4'096;
inline constexpr std::size_t kFactsMax = 65'536;

/// A command of a caller. Market data are added when the command is applied.
struct Request {
    model::InputBody body;
    RequestHandle handle = 0;
    std::string request_id;
    /// On the monotonic scale of `Now`. The request is not started after this time, and its caller
    /// does not wait beyond it. Empty: no deadline for the start.
    std::optional<resilience::Deadline> deadline = std::nullopt;
};

struct ApiReply {
    std::uint16_t status = 0;
    std::string body;
    /// True when these are the stored bytes of an earlier, identical request.
    bool replayed = false;
    /// When a retry may succeed; zero when unknown.
    std::int64_t retry_after_seconds = 0;
};

/// Receives the replies of requests; each handle is replied to once.
class ReplySink {
public:
    virtual ~ReplySink() = default;
    virtual void on_reply(RequestHandle handle, ApiReply reply) = 0;
};

/// Is called with every batch once the batch is durable, before its effects are dispatched;
/// dashboards and event streams depend on these calls. Records arrive in journal order without a
/// gap within one term. After a commit whose outcome was unknown, records may have become durable
/// without a call: compare the sequences.
class CommitListener {
public:
    virtual ~CommitListener() = default;
    virtual void on_committed(const std::vector<model::Record>& records) = 0;

    /// A command was refused temporarily, so that no record of it exists.
    virtual void on_refused(const model::InputBody& /*body*/, const model::Refusal& /*refusal*/) {}
};

enum class Status : std::uint8_t {
    Down,  ///< The store cannot be reached; retried after `Options::retry_after`.
    Running,
    Fenced,  ///< Another writer owns the shard.
};

struct Options {
    std::uint16_t shard = 0;
    std::string software;
    model::Policy policy;
    /// The definitions of the instruments. A definition that differs from the one in the store is
    /// recorded again.
    std::vector<model::Instrument> instruments;
    /// Returns a random number that is never repeated; it is a part of every client order id (I2).
    std::function<std::uint64_t()> next_incarnation;
    std::size_t batch_max = 256;
    model::Duration reply_within = model::Duration::seconds(5);
    model::Duration retry_after = model::Duration::milliseconds(500);
    /// How often accounts with positions are evaluated without a request.
    model::Duration tick_every = model::Duration::seconds(1);
    /// How often each account is compared with its exchange; zero: only when a term begins.
    model::Duration compare_every = model::Duration::seconds(60);
    /// Time after midnight, UTC, at which the last 24 hours are compared as a whole.
    model::Duration compare_day_at = model::Duration::seconds(4 * 3'600);
    /// How long a reply is stored under its idempotency key; at least `kReplyRetentionMin`.
    model::Duration reply_retention = kReplyRetentionMin;
};

/// Counts of past events, for metrics.
struct Counters {
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t unavailable = 0;
    std::uint64_t replays = 0;
    std::uint64_t key_mismatches = 0;
    std::uint64_t requests_dropped = 0;
    std::uint64_t requests_late = 0;  ///< Not started, because their deadline had passed.
    std::uint64_t facts_dropped = 0;
    std::uint64_t exchange_silences = 0;  ///< Requests to the exchange without a reply in time.
    std::uint64_t terms = 0;
    std::uint64_t comparisons = 0;  ///< Finished comparisons of one account with its exchange.
    std::uint64_t orders_imported = 0;
    std::uint64_t trades_imported = 0;
    std::uint64_t positions_differ = 0;  ///< Confirmed by a second comparison.
    std::uint64_t balances_differ = 0;
};

class Runtime : public ports::ExchangeSink {
public:
    /// The ports outlive the runtime.
    struct Ports {
        ports::Store& store;
        ports::Exchange& exchange;
        ports::MarketData& market;
        ReplySink& replies;
        const ports::ReplyRenderer& renderer;
        std::vector<CommitListener*> listeners = {};
        /// Called when a commit that was completed later has its result: `step` has work.
        std::function<void()> wake = {};
    };

    Runtime(Options options, Ports ports);

    /// Loads the open state and begins a new term. This is crash recovery; there is no other start.
    /// Returns Down while the commit that begins the term is in progress.
    [[nodiscard]] Status start(model::Now now);

    /// Accepts a request. Its reply is delivered through the sink, possibly before this returns.
    void submit(Request request, model::Now now);

    /// Accepts an audit event. It is recorded once and in order as soon as the store accepts
    /// records, regardless of failures until then. False when `kAuditEventsMax` events already
    /// wait.
    [[nodiscard]] bool record(model::RecordAuditEvent event);

    /// Freezes an account because one of our checks doubts its money. Recorded like an audit event.
    [[nodiscard]] bool freeze(model::FreezeAccount finding);

    /// Compares the account with its exchange now; false for an unknown account, or while no
    /// comparison is possible.
    bool compare(const model::AccountId& account);

    void on_report(model::OrderReport report) override;
    void on_order_found(model::VenueOrder order) override;
    void on_reconciled(const model::AccountId& account,
                       std::optional<model::VenueBooks> books) override;

    /// Applies and commits one batch of the waiting inputs, if there are any, or takes the result
    /// of a commit that was completed later. Returns whether there is more to do.
    bool step(model::Now now);

    /// The time until `step` has work even without new inputs; empty if it will have none.
    [[nodiscard]] std::optional<model::Duration> wake_after(model::Now now) const;

    /// Whether entries may rely on the clock (I14): used by the entry check and reported by health.
    [[nodiscard]] model::ClockState clock_state(model::Now now) const;

    /// How long the oldest request to the exchange has been waiting for a reply; zero when none
    /// waits.
    [[nodiscard]] model::Duration exchange_silent_for(model::Now now) const;

    /// The id of the request that opened the order's key, while the caller of this request waits;
    /// otherwise empty.
    [[nodiscard]] std::string request_id_of(const model::Order& order) const;

    /// Converts a deadline from the journal's monotonic scale to the shown time.
    [[nodiscard]] model::Timestamp shown_time(model::Timestamp deadline, model::Now now) const;

    [[nodiscard]] Status status() const { return status_; }

    /// Whether the result of a commit is not known yet (R6).
    [[nodiscard]] bool is_committing() const { return commit_ != nullptr; }

    /// How long the commit whose result is not known yet has been waiting; zero if there is none.
    [[nodiscard]] model::Duration committing_for(model::Now now) const {
        return is_committing() ? now.monotonic - commit_->began : model::Duration();
    }

    /// The durable state. Valid only after the first `start` that returned Running; must not be
    /// called while `is_committing`.
    [[nodiscard]] const core::State& state() const {
        CHECK(!is_committing());  // I6
        return engine_->state();
    }

    /// The owner of a durable account; also valid while `is_committing`.
    [[nodiscard]] std::optional<model::Owner> owner_of(const model::AccountId& account) const;

    [[nodiscard]] const model::Head& head() const { return head_; }

    [[nodiscard]] const Counters& counters() const { return counters_; }

    /// Rows that the last load found to differ from what was written. Their accounts were frozen
    /// with the first record of the term, before any decision was based on them.
    [[nodiscard]] const std::vector<ports::RowInDoubt>& doubts() const { return doubts_; }

    /// States that acknowledged records are missing from the store, as `evidence` says. From then
    /// on entries and transfers are refused (STORE_BEHIND_ARCHIVE); cancels and exits continue.
    /// This state is never reset.
    void set_behind(std::string evidence);

    [[nodiscard]] const std::string& behind() const { return behind_; }

    /// Entries wait until the archive has confirmed the store's head, or until this time on the
    /// monotonic scale.
    void await_archive(model::Timestamp until) { archive_awaited_until_ = until; }

    void archive_confirmed() { archive_awaited_until_.reset(); }

    [[nodiscard]] bool awaits_archive() const { return archive_awaited_until_.has_value(); }

    /// Has every account been compared with its exchange since the term began (I11)? While
    /// `is_committing`, the last known value.
    [[nodiscard]] bool reconciled() const;

    [[nodiscard]] std::size_t requests_waiting() const { return requests_.size(); }

    [[nodiscard]] std::size_t audit_events_waiting() const { return audit_events_.size(); }

private:
    [[nodiscard]] bool load(model::Now now);
    void begin_term(model::Now now);
    void freeze_doubts(model::Now now);
    [[nodiscard]] model::StorageState storage_state(model::Now now);
    void apply(model::InputBody body, model::Now now, const Request* request);
    void apply_audit_events(model::Now now);
    void apply_requests(model::Now now);
    void push_fact(model::InputBody fact);
    void compare_due_accounts(model::Now now);
    void count_findings(const model::Record& record);
    void attach_market_data(model::InputBody& body) const;
    [[nodiscard]] bool fetch(const model::InputBody& body,
                             core::ReadSet& reads,
                             std::optional<ports::KeyRow>& key);
    void replay_or_wait(core::Verdict verdict,
                        const Request& request,
                        const std::optional<ports::KeyRow>& stored,
                        model::Now now);
    [[nodiscard]] ApiReply expired_reply(const ports::KeyRow& key,
                                         const Request& request,
                                         model::Now now);
    [[nodiscard]] std::vector<std::pair<core::KeyId, std::string>> render_replies(
        const model::Input& input, core::Decision& decision) const;
    [[nodiscard]] ApiReply failure(const model::FailedRequest& failed, model::Now now) const;
    void reply_to_late(model::Now now);
    [[nodiscard]] bool commit(model::Now now);
    [[nodiscard]] bool finish_commit(model::Now now);
    void dispatch_effects(model::Now now);
    void perform(core::Effect& effect, model::Now now);
    void abort_batch(model::Now now, Status next);
    void reply_to_expired(model::Now now);
    [[nodiscard]] model::Timestamp wait_until(const Request& request, model::Now now) const;
    [[nodiscard]] const core::LiveOrder* find_order_of(const core::KeyId& key) const;
    void apply_ticks(model::Now now);
    [[nodiscard]] bool restore_times(core::State& state, model::Now now);
    [[nodiscard]] bool restore_sweeps(core::State& state);
    /// The journal's monotonic time.
    [[nodiscard]] model::Timestamp monotonic_time(model::Now now) const;
    void send_due_queries(model::Now now);
    void report_timeouts(model::Now now);
    void send_query(const core::QueryOrder& query, model::Now now);
    [[nodiscard]] ports::AccountProjection projection(const model::AccountId& account,
                                                      model::Timestamp since) const;
    [[nodiscard]] model::Quote quote(const model::InstrumentId& instrument,
                                     model::Side side,
                                     model::Quantity quantity) const;
    [[nodiscard]] std::vector<model::Quote> marks(const model::AccountId& account) const;
    /// Includes quotes for the owner's other accounts: risk is evaluated over all of them.
    [[nodiscard]] std::vector<model::Quote> marks_of_owner(const model::AccountId& account) const;
    void reply(RequestHandle handle, ApiReply reply);

    /// A commit whose result has not been processed. The store's call may come after this object
    /// was destroyed.
    struct Commit {
        model::Timestamp began;  ///< On the monotonic clock.
        bool was_late = false;   ///< `Store::commit` returned without a result.
        std::optional<ports::CommitResult> result;
    };

    Options options_;
    Ports ports_;
    Status status_ = Status::Down;
    std::shared_ptr<Commit> commit_;
    model::Timestamp next_late_check_;  ///< Of `reply_to_late`.
    mutable bool reconciled_ = false;   ///< The newest result of `reconciled`.
    std::unique_ptr<core::Engine> engine_;
    model::Head head_;
    BatchBuilder batch_;
    base::BoundedQueue<Request> requests_;
    base::BoundedQueue<model::InputBody> facts_;
    bool facts_lost_ = false;
    AuditQueue audit_events_;
    std::vector<core::Effect> effects_;
    std::vector<std::pair<RequestHandle, ApiReply>> replies_;  ///< Sent when the batch is durable.
    /// Refusals that are announced when the batch is durable.
    std::vector<std::pair<model::InputBody, model::Refusal>> refusals_;
    /// The handles of the requests in the batch that is being built.
    std::vector<RequestHandle> batch_handles_;
    DuplicateWaiters duplicate_waiters_;
    /// Queries that are sent later, at most one for each order.
    std::map<model::ClientOrderId, core::QueryOrder> delayed_queries_;
    ReplyTimeouts reply_timeouts_;
    ReplyRetention reply_retention_;
    // These times are on the monotonic scale of `Now`, except where a comment says otherwise.
    model::Timestamp retry_at_;
    model::Timestamp next_tick_;
    model::Timestamp loaded_time_;  ///< Exchange time of the head with which the term began.
    ComparisonSchedule comparisons_;
    /// How far the journal's scale is ahead of the scale of `Now`.
    std::optional<model::Duration> journal_ahead_;
    /// When the clock was found to be behind the journal.
    std::optional<model::Timestamp> stepped_back_;

    std::vector<ports::RowInDoubt> doubts_;
    std::string behind_;
    std::optional<model::Timestamp> archive_awaited_until_;
    bool store_failed_ = false;  ///< A read failed while the batch was being built.
    Counters counters_;
};

}  // namespace botcore::runtime
