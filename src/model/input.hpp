#pragma once

/// Every input of the core: requests of callers, facts from exchanges, and the beginning of a
/// writer's term. Time, ids, prices and random numbers are part of the input, so that the same
/// inputs always give the same result (style rule D2).

#include "model/instrument.hpp"
#include "model/operating.hpp"
#include "model/policy.hpp"
#include "model/quote.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace botcore::model {

// The numbers of all enumerators of this file are stored in the journal: never change them.

enum class ClockState : std::uint8_t {
    Certain = 1,
    /// The clock jumped recently; no entries are accepted until it has settled (I14).
    Uncertain = 2,
};

enum class StorageState : std::uint8_t {
    Normal = 1,
    Reserve =
        2,  ///< The disk is full; only cancels and exits are committed, using the reserve (I9).
    /// Acknowledged records are missing from the store. Entries are refused, since one could be
    /// executed a second time.
    Behind = 3,
    /// The process has just started, and the archive has not confirmed yet that it holds no more
    /// records than the store.
    Unconfirmed = 4,
};

/// The accounts on which the caller may act.
enum class Authority : std::uint8_t {
    Own = 0,
    All = 1,  ///< Every account: the caller is an operator.
};

/// The caller and the idempotency key. A key with a body has its effect only once, for ever
/// (invariant I8).
struct Origin {
    Owner owner;
    IdempotencyKey key;
    std::string request_hash;  ///< SHA-256 of route and canonical body, 32 bytes.
    Authority authority = Authority::Own;

    friend bool operator==(const Origin&, const Origin&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("owner", self.owner);
        visit("key", self.key);
        visit("request_hash", self.request_hash);
        if (base::has_fields_of(visit, 2)) visit("authority", self.authority);
    }
};

/// A writer's term begins. Every request that was sent without a response becomes Unknown.
struct StartEpoch {
    Epoch epoch = 0;
    std::uint64_t incarnation = 0;  ///< Random; part of every client order id of this term (I2).
    std::string software;
    Policy policy;

    friend bool operator==(const StartEpoch&, const StartEpoch&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("epoch", self.epoch);
        visit("incarnation", self.incarnation);
        visit("software", self.software);
        visit("policy", self.policy);
    }
};

/// Adds an instrument or changes its rules.
struct DefineInstrument {
    Instrument instrument;

    friend bool operator==(const DefineInstrument&, const DefineInstrument&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("instrument", self.instrument);
    }
};

struct OpenAccount {
    Origin origin;
    AccountId account;
    Market market = Market::Futures;
    Asset quote;
    Money deposit;

    friend bool operator==(const OpenAccount&, const OpenAccount&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("market", self.market);
        visit("quote", self.quote);
        visit("deposit", self.deposit);
    }
};

struct PlaceOrder {
    Origin origin;
    AccountId account;
    InstrumentId instrument;
    Side side = Side::Buy;
    OrderType type = OrderType::Market;
    TimeInForce time_in_force = TimeInForce::GoodTillCanceled;
    ReduceOnly reduce_only = ReduceOnly::No;
    Quantity quantity;
    std::optional<Price> price;
    Quote quote;
    std::vector<Quote> marks;  ///< For the account's open positions, to compute unrealized losses.
    // Since version 2 of the record.
    /// The stop price of an order of a stop or take-profit type.
    std::optional<Price> stop_price = std::nullopt;
    std::optional<Price> stop_loss = std::nullopt;  ///< The stop price of the stop attached to the
                                                    ///< bought quantity; futures only.
    /// The price of the take profit that is attached as well.
    std::optional<Price> take_profit = std::nullopt;
    Rate trail_activation{};  ///< For the attached stop; see Order.
    Rate trail_distance{};

    friend bool operator==(const PlaceOrder&, const PlaceOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("side", self.side);
        visit("type", self.type);
        visit("time_in_force", self.time_in_force);
        visit("reduce_only", self.reduce_only);
        visit("quantity", self.quantity);
        visit("price", self.price);
        visit("quote", self.quote);
        visit("marks", self.marks);
        if (!base::has_fields_of(visit, 2)) return;
        visit("stop_price", self.stop_price);
        visit("stop_loss", self.stop_loss);
        visit("take_profit", self.take_profit);
        visit("trail_activation", self.trail_activation);
        visit("trail_distance", self.trail_distance);
    }
};

struct CancelOrder {
    Origin origin;
    AccountId account;
    ClientOrderId order;
    std::optional<std::uint64_t> version;  ///< If-Match: the version that the caller has seen.
    /// Since version 3 of the record. If a reason is given, the caller can also abandon a failed
    /// order.
    std::string reason{};

    friend bool operator==(const CancelOrder&, const CancelOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("order", self.order);
        visit("version", self.version);
        if (base::has_fields_of(visit, 3)) visit("reason", self.reason);
    }
};

/// Closes the whole position with a reduce-only market order.
struct ClosePosition {
    Origin origin;
    AccountId account;
    InstrumentId instrument;
    std::optional<std::uint64_t> version;
    Quote quote;
    // Since version 2 of the record: whether the close may wait for the end of a maintenance
    // window.
    /// The worst price that the queued close may get.
    std::optional<Price> queue_limit = std::nullopt;
    Timestamp queue_until{};  ///< When the queued close expires; zero: the close must not wait.

    friend bool operator==(const ClosePosition&, const ClosePosition&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("version", self.version);
        visit("quote", self.quote);
        if (!base::has_fields_of(visit, 2)) return;
        visit("queue_limit", self.queue_limit);
        visit("queue_until", self.queue_until);
    }
};

struct SetLeverage {
    Origin origin;
    AccountId account;
    InstrumentId instrument;
    Rate leverage;
    std::optional<std::uint64_t> version;

    friend bool operator==(const SetLeverage&, const SetLeverage&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("leverage", self.leverage);
        visit("version", self.version);
    }
};

/// Moves free money between two accounts of one owner.
struct TransferMoney {
    Origin origin;
    AccountId from;
    AccountId to;
    Asset asset;
    Money amount;
    std::vector<Quote> marks;  ///< For the open positions of `from`, for unrealized losses.

    friend bool operator==(const TransferMoney&, const TransferMoney&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("from", self.from);
        visit("to", self.to);
        visit("asset", self.asset);
        visit("amount", self.amount);
        visit("marks", self.marks);
    }
};

/// Restores the initial deposit. The positions are removed; the history is kept.
struct ResetAccount {
    Origin origin;
    AccountId account;
    std::optional<std::uint64_t> version;

    friend bool operator==(const ResetAccount&, const ResetAccount&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("version", self.version);
    }
};

/// The exchange, or the connection to it, reports something about one of our orders.
struct ReportOrder {
    OrderReport report;
    Quote quote;  ///< To validate the order again if it has to be retried.

    friend bool operator==(const ReportOrder&, const ReportOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("report", self.report);
        visit("quote", self.quote);
    }
};

/// Everything that the exchange knows about the account has been compared with our state (I11).
struct ReportReconciled {
    AccountId account;
    /// Since version 3 of the record: what the account holds at the exchange, if the exchange
    /// reported it. It includes the effect of all reports before this one.
    std::optional<VenueBooks> books = std::nullopt;

    friend bool operator==(const ReportReconciled&, const ReportReconciled&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        if (base::has_fields_of(visit, 3)) visit("books", self.books);
    }
};

/// Cancels every order of the account, or of one of its instruments. Stops that protect a position
/// stay unless `protective` is set.
struct CancelAll {
    Origin origin;
    AccountId account;
    std::optional<Symbol> symbol;
    bool protective = false;  ///< Also cancels the stops of open positions.

    friend bool operator==(const CancelAll&, const CancelAll&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("symbol", self.symbol);
        visit("protective", self.protective);
    }
};

/// Cancels every order that could open a position, and closes every position at the market.
struct Flatten {
    Origin origin;
    AccountId account;
    std::vector<Quote> quotes;  ///< For the open positions.

    friend bool operator==(const Flatten&, const Flatten&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("quotes", self.quotes);
    }
};

/// Time passes for an account: the core checks deadlines, trailing stops, margin and queued exits.
/// A tick leaves a record only if it changes something.
struct Tick {
    AccountId account;
    std::vector<Quote> marks;  ///< For the account's open positions and queued exits.

    friend bool operator==(const Tick&, const Tick&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("marks", self.marks);
    }
};

struct SetMode {
    Origin origin;
    OperatingMode mode = OperatingMode::Normal;
    Timestamp until;  ///< When the mode is expected to end; zero: unknown.
    std::string text;

    friend bool operator==(const SetMode&, const SetMode&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("mode", self.mode);
        visit("until", self.until);
        visit("text", self.text);
    }
};

/// Plans a maintenance window.
struct ScheduleMaintenance {
    Origin origin;
    Timestamp begin;
    Timestamp end;
    bool emergency = false;  ///< Confirms that the notice is shorter than usual.
    std::string text;

    friend bool operator==(const ScheduleMaintenance&, const ScheduleMaintenance&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("begin", self.begin);
        visit("end", self.end);
        visit("emergency", self.emergency);
        visit("text", self.text);
    }
};

/// Moves a window to its next state, or cancels it. The operating mode follows.
struct MoveMaintenance {
    Origin origin;
    std::uint64_t window = 0;
    WindowState state = WindowState::Noticed;
    Timestamp until;  ///< When the new state is expected to end.

    friend bool operator==(const MoveMaintenance&, const MoveMaintenance&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("window", self.window);
        visit("state", self.state);
        visit("until", self.until);
    }
};

/// An audit event: an action, or a denied attempt at one, that changes no row. It contains ids
/// only; personal data stays out of the journal.
struct RecordAuditEvent {
    Owner actor;          ///< Empty where the caller is not authenticated.
    std::string action;   ///< A stable name: "login", "token-made", "role-changed".
    std::string subject;  ///< The id of the object of the action.
    std::string outcome;  ///< "ok", "refused", "failed".
    std::string detail;   ///< Contains nothing personal or secret.
    std::string request_id;

    friend bool operator==(const RecordAuditEvent&, const RecordAuditEvent&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("actor", self.actor);
        visit("act", self.action);
        visit("subject", self.subject);
        visit("outcome", self.outcome);
        visit("detail", self.detail);
        visit("request_id", self.request_id);
    }
};

/// A comparison found this order of the account at the exchange: either an order that we closed or
/// created in the meantime, or an unknown order, which is imported.
struct ReportFoundOrder {
    VenueOrder order;

    friend bool operator==(const ReportFoundOrder&, const ReportFoundOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("order", self.order);
    }
};

/// An operator freezes an account, or ends a freeze.
struct SetAccountState {
    Origin origin;
    AccountId account;
    AccountState state = AccountState::Frozen;
    std::string text;  ///< The reason, for people.

    friend bool operator==(const SetAccountState&, const SetAccountState&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("state", self.state);
        visit("text", self.text);
    }
};

/// One of our integrity checks found an account's money to be in doubt.
struct FreezeAccount {
    AccountId account;
    FreezeReason reason = FreezeReason::IntegrityFinding;
    std::string evidence;

    friend bool operator==(const FreezeAccount&, const FreezeAccount&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("reason", self.reason);
        visit("evidence", self.evidence);
    }
};

/// An operator sets one balance or one position to what the exchange reports. A difference that no
/// trade explains is posted against the External book.
struct AdoptBooks {
    Origin origin;
    AccountId account;
    Asset asset;              ///< The asset of the balance; empty if the input is about a position.
    InstrumentId instrument;  ///< The instrument of the position.
    Money total_seen;  ///< Our value when the operator saw it; refused if it has changed since.
    Money total;       ///< The exchange's value.
    Quantity quantity_seen;
    Quantity quantity;
    Money cost;
    std::string text;  ///< The reason and the evidence, for people.

    friend bool operator==(const AdoptBooks&, const AdoptBooks&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("asset", self.asset);
        visit("instrument", self.instrument);
        visit("total_seen", self.total_seen);
        visit("total", self.total);
        visit("quantity_seen", self.quantity_seen);
        visit("quantity", self.quantity);
        visit("cost", self.cost);
        visit("text", self.text);
    }
};

/// The order of the alternatives is stored in the journal: only ever append to it.
using InputBody = std::variant<StartEpoch,
                               DefineInstrument,
                               OpenAccount,
                               PlaceOrder,
                               CancelOrder,
                               ClosePosition,
                               SetLeverage,
                               TransferMoney,
                               ResetAccount,
                               ReportOrder,
                               ReportReconciled,
                               CancelAll,
                               Flatten,
                               Tick,
                               SetMode,
                               ScheduleMaintenance,
                               MoveMaintenance,
                               RecordAuditEvent,
                               ReportFoundOrder,
                               SetAccountState,
                               FreezeAccount,
                               AdoptBooks>;

/// An input has three times, because no single clock serves all purposes: `time` orders the
/// journal, `exchange_time` signs requests and is shown to users, `monotonic_time` measures
/// durations.
struct Input {
    Timestamp time;  ///< Journal time: never decreases from one input to the next.
    ClockState clock = ClockState::Certain;
    StorageState storage = StorageState::Normal;
    InputBody body;
    // Since version 4 of the record; in older records both are equal to `time`.
    /// The local clock plus the measured offset of the exchange's clock. It steps back when the
    /// local clock was ahead and is corrected.
    Timestamp exchange_time{};
    /// Never decreases, and advances by the time that has really passed since the last record (over
    /// a restart: by the difference of the local clock, at least zero). Its origin is the exchange
    /// time of the first record. All deadlines that end a duration are on this scale.
    Timestamp monotonic_time{};

    friend bool operator==(const Input&, const Input&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("time", self.time);
        visit("clock", self.clock);
        visit("storage", self.storage);
        visit("body", self.body);
        if (base::has_fields_of(visit, 4)) {
            visit("exchange_time", self.exchange_time);
            visit("monotonic_time", self.monotonic_time);
        }
    }
};

/// The kind of an input in exports and explanations: "PlaceOrder", "ReportOrder" and so on.
[[nodiscard]] std::string_view kind_of(const InputBody& body);
/// The request's origin; `nullptr` for facts and term starts.
[[nodiscard]] const Origin* origin_of(const InputBody& body);
[[nodiscard]] std::string_view to_text(Authority authority);
[[nodiscard]] std::string_view to_text(ClockState state);
[[nodiscard]] std::string_view to_text(StorageState state);
[[nodiscard]] std::string_view to_text(InstrumentStatus status);

}  // namespace botcore::model
