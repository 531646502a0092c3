#pragma once

/// The loop of one shard: take what waits, apply it, commit it in one transaction, then act.
///
///            ┌────────── discard, load again ──────────┐
///            v                                         │
///   Down ──start──> Running ──step: apply, commit──> Running | Down (store gone) | Fenced
///
/// R1  Nothing leaves (reply, order, query) before the batch that caused it is durable (I6, I1).
/// R2  After a commit that did not succeed, nothing of its batch is known: memory is discarded, its
///     callers are told "outcome unknown, ask again with the same key", and a new term begins.
/// R3  A writer that lost its head to another is Fenced and never writes again (I7).
///
/// R4  An exchange that stays silent is taken for "no answer" after a while; an order never waits
///     for ever.
///
/// Queues: `requests` (4,096; full: the caller gets 503 at once) and `facts` of the exchange
/// (65,536; full: the newest is dropped and a new term begins, since that is a gap in what the
/// exchange said), `acts` for the audit and findings of checks (1,000; full: the call says so).
///
/// R5  Every account is compared with its exchange every `compare_every`, and once a day for the
///     whole day. A comparison under way closes no gate.
///
/// Threads: one at a time; no call blocks except on the store.

#include "base/bounded_queue.hpp"
#include "core/engine.hpp"
#include "ports/exchange.hpp"
#include "ports/market_data.hpp"
#include "ports/store.hpp"
#include "resilience/deadline.hpp"
#include "runtime/batch_builder.hpp"
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
inline constexpr std::size_t kAuditEventsMax = 1'000;

/// The moment as the clocks outside show it.
struct Now {
    /// Exchange time: the local clock plus the measured offset of the exchange's. For whatever is
    /// signed, shown, filtered by or planned in a calendar. May step in both directions.
    model::Timestamp time;
    model::ClockState clock = model::ClockState::Certain;
    /// Moves on by the time that really passes and never steps; its origin means nothing. For
    /// deadlines, time-outs and rates. What is on another process's scale has no meaning here.
    model::Timestamp monotonic;

    Now() = default;

    /// A clock that has not stepped. NOLINTNEXTLINE(google-explicit-constructor)
    Now(model::Timestamp shown, model::ClockState state = model::ClockState::Certain)
        : time(shown),
          clock(state),
          monotonic(shown) {}

    Now(model::Timestamp shown, model::ClockState state, model::Timestamp passed)
        : time(shown),
          clock(state),
          monotonic(passed) {}
};

/// A local clock that is further than this behind what was recorded last has been set back.
inline constexpr model::Duration kClockStep = model::Duration::seconds(1);
/// After a step the clock counts as uncertain for this long.
inline constexpr model::Duration kClockSettle = model::Duration::seconds(10);

/// A command of a caller. Prices are added when it is applied.
struct Request {
    model::InputBody body;
    RequestHandle handle = 0;
    std::string request_id;
    /// On the monotonic scale of `Now`. Not begun after that, and not waited for beyond it;
    /// nothing: whenever its turn comes.
    std::optional<resilience::Deadline> deadline = std::nullopt;
};

struct ApiReply {
    std::uint16_t status = 0;
    std::string body;
    bool replayed = false;  ///< These are the stored bytes of an earlier, same request.
    /// When asking again may help; zero where nobody knows.
    std::int64_t retry_after_seconds = 0;
};

/// Takes the answers of requests; each ticket is answered once.
class ReplySink {
public:
    virtual ~ReplySink() = default;
    virtual void on_reply(RequestHandle handle, ApiReply reply) = 0;
};

/// Is told of every batch once it is durable, before its effects leave: what dashboards and event
/// streams live on. Records come in journal order without a gap within one term; after a commit
/// whose outcome was unknown, records may have become durable unseen: compare the sequences.
class CommitListener {
public:
    virtual ~CommitListener() = default;
    virtual void on_committed(const std::vector<model::Record>& records) = 0;

    /// A command was turned away for the moment, so that no record tells of it.
    virtual void on_refused(const model::InputBody& /*body*/, const model::Refusal& /*refusal*/) {}
};

enum class Status : std::uint8_t {
    Down,  ///< The store cannot be reached; tried again at `wake_at`.
    Running,
    Fenced,  ///< Another writer has the shard.
};

struct Options {
    std::uint16_t shard = 0;
    std::string software;
    model::Policy policy;
    std::vector<model::Instrument> instruments;  ///< Defined where the store has them otherwise.
    /// Random, never the same twice: part of every client order id (I2).
    std::function<std::uint64_t()> next_incarnation;
    std::size_t batch_max = 256;
    model::Duration reply_within = model::Duration::seconds(5);
    model::Duration retry_after = model::Duration::milliseconds(500);
    /// How often accounts with positions are looked at without being asked.
    model::Duration tick_every = model::Duration::seconds(1);
    /// How often each account is compared with its exchange; zero: only when a term begins.
    model::Duration compare_every = model::Duration::seconds(60);
    /// After midnight, UTC: when the last day is compared as a whole.
    model::Duration compare_day_at = model::Duration::seconds(4 * 3'600);
    /// How long a reply is kept under its idempotency key; at least `kReplyRetentionMin`.
    model::Duration reply_retention = kReplyRetentionMin;
};

/// What happened so far, for metrics.
struct Counters {
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t unavailable = 0;
    std::uint64_t replays = 0;
    std::uint64_t key_mismatches = 0;
    std::uint64_t requests_dropped = 0;
    std::uint64_t requests_late = 0;  ///< Not begun: their deadline had passed.
    std::uint64_t facts_dropped = 0;
    std::uint64_t exchange_silences = 0;  ///< Requests to the exchange without an answer in time.
    std::uint64_t terms = 0;
    std::uint64_t comparisons = 0;  ///< Of one account with its exchange, to the end.
    std::uint64_t orders_imported = 0;
    std::uint64_t trades_imported = 0;
    std::uint64_t positions_differ = 0;  ///< Confirmed by a second look.
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
        std::vector<CommitListener*> listeners = {};
    };

    Runtime(Options options, Ports ports);

    /// Loads the open state and begins a new term. This is crash recovery; there is no other start.
    [[nodiscard]] Status start(Now now);

    /// Takes a request. Its answer comes through the sink, perhaps at once.
    void submit(Request request, Now now);

    /// Takes an act for the audit. It is recorded once and in order, as soon as the store takes
    /// records, whatever fails until then. False: `kAuditEventsMax` acts wait already.
    [[nodiscard]] bool record(model::RecordAuditEvent act);

    /// A check of ours puts an account's money in doubt. Recorded like an act.
    [[nodiscard]] bool freeze(model::FreezeAccount finding);

    /// Compares the account with its exchange now; false for an account that is not there, or while
    /// nothing can be compared.
    bool compare(const model::AccountId& account);

    void on_report(model::OrderReport report) override;
    void on_order_found(model::VenueOrder order) override;
    void on_reconciled(const model::AccountId& account,
                       std::optional<model::VenueBooks> books) override;

    /// Applies and commits one batch of what waits, or does nothing. Answers whether more waits.
    bool step(Now now);

    /// After how long `step` has something to do although nothing new came; nothing: not at all.
    [[nodiscard]] std::optional<model::Duration> wake_after(Now now) const;

    /// Whether entries may trust the clock (I14): what the gate uses and what health reports.
    [[nodiscard]] model::ClockState clock_state(Now now) const;

    /// How long the oldest request to the exchange has been waiting for an answer; zero where none
    /// does.
    [[nodiscard]] model::Duration exchange_silent_for(Now now) const;

    /// The request under which an order's key was opened, while its caller waits; else empty.
    [[nodiscard]] std::string request_id_of(const model::Order& order) const;

    /// When a deadline of the journal's monotonic scale is due, on the clock that people see.
    [[nodiscard]] model::Timestamp shown_time(model::Timestamp deadline, Now now) const;

    [[nodiscard]] Status status() const { return status_; }

    /// The durable state: between two calls of `step` nothing in it is speculation. Only after the
    /// first `start` that answered Running.
    [[nodiscard]] const core::State& state() const { return engine_->state(); }

    [[nodiscard]] const model::Head& head() const { return head_; }

    [[nodiscard]] const Counters& counters() const { return counters_; }

    /// Rows that the last load found to be something else than what was written. Their accounts
    /// were frozen with the first record of the term, before anything was decided upon them.
    [[nodiscard]] const std::vector<ports::RowInDoubt>& doubts() const { return doubts_; }

    /// Acknowledged records are missing from the store, as `evidence` says: entries and transfers
    /// are refused (STORE_BEHIND_ARCHIVE), cancels and exits go on. Nothing takes it back.
    void set_behind(std::string evidence);

    [[nodiscard]] const std::string& behind() const { return behind_; }

    /// Entries wait until the archive has been heard, or until this moment of the monotonic scale.
    void await_archive(model::Timestamp until) { archive_awaited_until_ = until; }

    void archive_confirmed() { archive_awaited_until_.reset(); }

    [[nodiscard]] bool awaits_archive() const { return archive_awaited_until_.has_value(); }

    /// Every account has been compared with its exchange since the term began (I11).
    [[nodiscard]] bool reconciled() const;

    [[nodiscard]] std::size_t requests_waiting() const { return requests_.size(); }

    [[nodiscard]] std::size_t audit_events_waiting() const { return audit_events_.size(); }

private:
    [[nodiscard]] bool load(Now now);
    [[nodiscard]] bool begin_term(Now now);
    void freeze_doubts(Now now);
    [[nodiscard]] model::StorageState storage_state(Now now);
    void apply(model::InputBody body, Now now, const Request* request);
    void apply_audit_events(Now now);
    void apply_requests(Now now);
    void forget_audit_events();
    void push_fact(model::InputBody fact);
    void compare_due_accounts(Now now);
    void plan_comparisons(Now now);
    void plan_day(Now now);
    void count_findings(const model::Record& record);
    void attach_market_data(model::InputBody& body) const;
    [[nodiscard]] bool fetch(const model::InputBody& body,
                             core::ReadSet& reads,
                             std::optional<ports::KeyRow>& key);
    void replay_or_wait(core::Verdict verdict,
                        const Request& request,
                        const std::optional<ports::KeyRow>& stored,
                        Now now);
    [[nodiscard]] ApiReply expired_reply(const ports::KeyRow& key, const Request& request, Now now);
    void keep_replies(const model::Input& input, core::Decision& decision);
    [[nodiscard]] bool commit(Now now);
    void dispatch_effects(Now now);
    void perform(core::Effect& effect, Now now);
    void abort_batch(Now now, Status next);
    void reply_to_expired(Now now);
    [[nodiscard]] model::Timestamp wait_until(const Request& request, Now now) const;
    [[nodiscard]] const core::LiveOrder* find_order_of(const core::KeyId& key) const;
    void apply_ticks(Now now);
    [[nodiscard]] bool restore_times(core::State& state, Now now);
    [[nodiscard]] bool restore_sweeps(core::State& state);
    /// The journal's monotonic time.
    [[nodiscard]] model::Timestamp monotonic_time(Now now) const;
    void send_due_queries(Now now);
    void report_timeouts(Now now);
    void send_query(const core::QueryOrder& query, Now now);
    [[nodiscard]] ports::AccountProjection projection(const model::AccountId& account,
                                                      model::Timestamp since) const;
    [[nodiscard]] model::Quote quote(const model::InstrumentId& instrument,
                                     model::Side side,
                                     model::Quantity quantity) const;
    [[nodiscard]] std::vector<model::Quote> marks(const model::AccountId& account) const;
    /// Those of the owner's other accounts as well: risk is judged over all of them.
    [[nodiscard]] std::vector<model::Quote> marks_of_owner(const model::AccountId& account) const;
    void reply(RequestHandle handle, ApiReply reply);

    Options options_;
    Ports ports_;
    Status status_ = Status::Down;
    std::unique_ptr<core::Engine> engine_;
    model::Head head_;
    BatchBuilder batch_;
    base::BoundedQueue<Request> requests_;
    base::BoundedQueue<model::InputBody> facts_;
    bool facts_lost_ = false;
    std::deque<model::InputBody> audit_events_;  ///< And findings, until they are durable.
    std::size_t audit_events_in_batch_ = 0;      ///< So many of the first are in the newest batch.
    std::optional<model::Head>
        in_doubt_;  ///< That batch's head, if nobody knows what became of it.
    std::vector<core::Effect> effects_;
    std::vector<std::pair<RequestHandle, ApiReply>>
        replies_;  ///< Wait for the batch to be durable.
    std::vector<std::pair<model::InputBody, model::Refusal>> refusals_;  ///< Wait like replies.
    std::vector<RequestHandle>
        batch_handles_;  ///< Whose requests are in the batch that is being built.
    DuplicateWaiters duplicate_waiters_;
    std::map<model::ClientOrderId, core::QueryOrder>
        delayed_queries_;  ///< For later, one an order.
    ReplyTimeouts reply_timeouts_;
    ReplyRetention reply_retention_;
    // On the monotonic scale of `Now`, but where another is named.
    model::Timestamp retry_at_;
    model::Timestamp next_tick_;
    model::Timestamp loaded_time_;  ///< Exchange time of the head that the term began with.
    model::Timestamp next_comparison_;
    model::Timestamp next_day_;  ///< When the last day is compared as a whole; exchange time.
    std::map<model::AccountId, model::Timestamp> comparisons_;  ///< Asked for, not before.
    std::map<model::AccountId, model::Timestamp> look_back_;    ///< Farther, once; exchange time.
    std::optional<model::Duration> journal_ahead_;  ///< Of the journal's scale over that of `Now`.
    std::optional<model::Timestamp>
        stepped_back_;  ///< When the clock was found behind the journal.

    std::vector<ports::RowInDoubt> doubts_;
    std::string behind_;
    std::optional<model::Timestamp> archive_awaited_until_;
    bool store_failed_ = false;  ///< A read failed while the batch was built.
    Counters counters_;
};

}  // namespace botcore::runtime
