#pragma once

/// Everything that can make the core change its mind: commands of callers, facts of exchanges, and
/// the start of a writer's term. Time, ids, prices and random numbers are part of the input, so
/// that the same inputs always give the same result (style rule D2).

#include "model/instrument.hpp"
#include "model/operating.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace botcore::model {

// All enumerations of this file are stored in the journal: never renumber.

enum class ClockState : std::uint8_t {
    Certain = 1,
    Uncertain = 2,  ///< It jumped lately; no entries until it has settled (I14).
};

enum class StorageState : std::uint8_t {
    Normal = 1,
    Reserve =
        2,  ///< The disk is full; only cancels and exits are committed, from the reserve (I9).
};

/// Where prices come from; shown wherever a price is shown.
enum class MarketSource : std::uint8_t { None = 0, Generated = 1, Recorded = 2, Live = 3 };

/// The market of one instrument as it was seen when an input was made.
struct Quote {
    InstrumentId instrument;
    MarketSource source = MarketSource::None;
    Price bid;
    Price ask;
    Price last;
    /// What the whole quantity of the order at hand would cost or bring at worst, walking the book;
    /// zero when the book is too thin or no quantity was given.
    Price worst;
    Duration age;  ///< Since the market last spoke, on the clock of the market source.

    friend bool operator==(const Quote&, const Quote&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("instrument", self.instrument);
        visit("source", self.source);
        visit("bid", self.bid);
        visit("ask", self.ask);
        visit("last", self.last);
        visit("worst", self.worst);
        visit("age", self.age);
    }
};

/// Whose accounts the caller may act on.
enum class Authority : std::uint8_t {
    Own = 0,
    All = 1,  ///< An operator's.
};

/// Who asked, and under which key. One key and body make one effect for ever (invariant I8).
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

/// The limits of an account's risk. A figure of zero switches its gate off.
/// Source of the defaults: the reliability specification's business rules.
struct RiskLimits {
    std::uint32_t positions_max = 10;  ///< Open positions and entries of one account.
    Rate stop_distance_max = Rate::from_units(kScale / 10);   ///< Of an attached stop.
    Rate daily_loss_max = Rate::from_units(kScale / 20);      ///< Of the equity, over 24 hours.
    Rate drawdown_max = Rate::from_units(kScale * 15 / 100);  ///< From the equity's peak.
    Rate margin_level_warn = Rate::whole(2);                  ///< Equity over margin in use.
    Rate margin_level_entry = Rate::from_units(kScale * 150 / 100);
    Rate margin_level_close = Rate::from_units(kScale * 110 / 100);
    /// Positions are closed until the level is back at this.
    Rate margin_level_safe = Rate::from_units(kScale * 120 / 100);
    std::uint32_t losses_in_a_row_max = 3;
    Duration cooldown = Duration::seconds(3'600);
    Rate exposure_max = Rate::from_units(kScale / 5);  ///< One instrument's share of the equity.
    std::uint32_t orders_per_second_max = 10;          ///< Entries of one account.

    /// No gate at all: for measurements and tests of something else.
    [[nodiscard]] static RiskLimits none();

    friend bool operator==(const RiskLimits&, const RiskLimits&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("positions_max", self.positions_max);
        visit("stop_distance_max", self.stop_distance_max);
        visit("daily_loss_max", self.daily_loss_max);
        visit("drawdown_max", self.drawdown_max);
        visit("margin_level_warn", self.margin_level_warn);
        visit("margin_level_entry", self.margin_level_entry);
        visit("margin_level_close", self.margin_level_close);
        visit("margin_level_safe", self.margin_level_safe);
        visit("losses_in_a_row_max", self.losses_in_a_row_max);
        visit("cooldown", self.cooldown);
        visit("exposure_max", self.exposure_max);
        visit("orders_per_second_max", self.orders_per_second_max);
    }
};

/// The figures that decisions depend on and that an installation may choose. Journaled at the start
/// of each term, so that a record can be judged by what held when it was made.
struct Policy {
    /// A price older than this never produces an entry (I14).
    Duration price_age_max = Duration::seconds(2);
    /// recvWindow of every signed mutation.
    Duration attempt_window = Duration::milliseconds(2'000);
    /// M: how much later than t + w the matching engine may still take a request. docs/proof.md.
    Duration fence_margin;
    /// L: how long queries may lag behind the matching engine. docs/proof.md.
    Duration view_lag;
    /// How far beyond the walked price a market order is reserved for.
    Rate market_slippage = Rate::from_units(kScale / 200);
    std::uint32_t attempts_max = 3;
    RiskLimits risk;
    /// How long an entry's stop may take to be confirmed before the entry is undone.
    Duration protect_within = Duration::seconds(10);
    /// A trailing stop moves only by at least this share of the price.
    Rate trail_step = Rate::from_units(kScale / 1'000);
    Duration maintenance_notice = Duration::seconds(7 * 86'400);
    Duration maintenance_max = Duration::seconds(2 * 3'600);

    friend bool operator==(const Policy&, const Policy&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("price_age_max", self.price_age_max);
        visit("attempt_window", self.attempt_window);
        visit("fence_margin", self.fence_margin);
        visit("view_lag", self.view_lag);
        visit("market_slippage", self.market_slippage);
        visit("attempts_max", self.attempts_max);
        if (!base::has_fields_of(visit, 2)) return;
        visit("risk", self.risk);
        visit("protect_within", self.protect_within);
        visit("trail_step", self.trail_step);
        visit("maintenance_notice", self.maintenance_notice);
        visit("maintenance_max", self.maintenance_max);
    }
};

/// A writer's term begins. Everything that was sent and not answered becomes Unknown.
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

/// An instrument is new, or its rules changed.
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
    std::vector<Quote> marks;  ///< Of the account's open positions, for unrealized losses.
    // Since version 2 of the record.
    std::optional<Price> stop_price = std::nullopt;  ///< Of stop and take-profit types.
    std::optional<Price> stop_loss =
        std::nullopt;  ///< Attached to what the order buys, on futures.
    std::optional<Price> take_profit = std::nullopt;  ///< Attached as well.
    Rate trail_activation{};                          ///< Of the attached stop; see Order.
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
    std::optional<std::uint64_t> version;  ///< If-Match: the version that the caller saw.

    friend bool operator==(const CancelOrder&, const CancelOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("order", self.order);
        visit("version", self.version);
    }
};

/// Close the whole position with a reduce-only market order.
struct ClosePosition {
    Origin origin;
    AccountId account;
    InstrumentId instrument;
    std::optional<std::uint64_t> version;
    Quote quote;
    // Since version 2 of the record: may the close wait for the end of a maintenance window?
    std::optional<Price> queue_limit = std::nullopt;  ///< The worst price that it may have then.
    Timestamp queue_until{};                          ///< It expires then; zero: it may not wait.

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

/// Move free money between two accounts of one owner.
struct TransferMoney {
    Origin origin;
    AccountId from;
    AccountId to;
    Asset asset;
    Money amount;
    std::vector<Quote> marks;  ///< Of the giver's open positions, for unrealized losses.

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

/// Back to the initial deposit: positions are dropped, history stays.
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

/// The exchange, or the connection to it, says something about one of our orders.
struct ReportOrder {
    OrderReport report;
    Quote quote;  ///< For validating anew when the order has to be tried again.

    friend bool operator==(const ReportOrder&, const ReportOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("report", self.report);
        visit("quote", self.quote);
    }
};

/// Everything that the exchange knows of the account has been compared with what we know (I11).
struct ReportReconciled {
    AccountId account;

    friend bool operator==(const ReportReconciled&, const ReportReconciled&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
    }
};

/// Cancel every order of the account, or of one of its instruments. Stops that protect a position
/// stay, unless they are asked for.
struct CancelAll {
    Origin origin;
    AccountId account;
    std::optional<Symbol> symbol;
    bool protective = false;  ///< The stops of open positions, too.

    friend bool operator==(const CancelAll&, const CancelAll&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("symbol", self.symbol);
        visit("protective", self.protective);
    }
};

/// Cancel every order that could open something, and close every position at the market.
struct Flatten {
    Origin origin;
    AccountId account;
    std::vector<Quote> quotes;  ///< Of the open positions.

    friend bool operator==(const Flatten&, const Flatten&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("quotes", self.quotes);
    }
};

/// Time passes for an account: deadlines, trailing stops, margin and queued exits are looked at.
/// Leaves a record only where something follows from it.
struct Tick {
    AccountId account;
    std::vector<Quote> marks;  ///< Of its open positions and queued exits.

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
    Timestamp until;  ///< When it is expected to end; zero: nobody knows.
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

/// Plan a maintenance window.
struct ScheduleMaintenance {
    Origin origin;
    Timestamp begin;
    Timestamp end;
    bool emergency = false;  ///< Less notice than usual is wanted, knowingly.
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

/// Move a window to its next state, or cancel it. The operating mode follows.
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

/// Somebody did, or was not allowed to do, something that changes no row: an entry of the audit.
/// Names only ids; personal data stays out of the journal.
struct RecordAct {
    Owner actor;          ///< Empty where nobody was recognised.
    std::string act;      ///< A stable word: "login", "token-made", "role-changed".
    std::string subject;  ///< The id of what it was done to.
    std::string outcome;  ///< "ok", "refused", "failed".
    std::string detail;   ///< Without anything personal or secret.
    std::string request_id;

    friend bool operator==(const RecordAct&, const RecordAct&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("actor", self.actor);
        visit("act", self.act);
        visit("subject", self.subject);
        visit("outcome", self.outcome);
        visit("detail", self.detail);
        visit("request_id", self.request_id);
    }
};

/// The alternatives' order is stored in the journal: append only.
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
                               RecordAct>;

struct Input {
    Timestamp time;  ///< Never decreases from one input to the next.
    ClockState clock = ClockState::Certain;
    StorageState storage = StorageState::Normal;
    InputBody body;

    friend bool operator==(const Input&, const Input&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("time", self.time);
        visit("clock", self.clock);
        visit("storage", self.storage);
        visit("body", self.body);
    }
};

/// "PlaceOrder", "ReportOrder" and so on: the kind of an input in exports and explanations.
[[nodiscard]] std::string_view kind_of(const InputBody& body);
/// The request's origin; `nullptr` for facts and starts.
[[nodiscard]] const Origin* origin_of(const InputBody& body);
[[nodiscard]] std::string_view to_text(Authority authority);
[[nodiscard]] std::string_view to_text(ClockState state);
[[nodiscard]] std::string_view to_text(StorageState state);
[[nodiscard]] std::string_view to_text(MarketSource source);
[[nodiscard]] std::string_view to_text(InstrumentStatus status);

}  // namespace botcore::model
