#pragma once

/// Everything that can make the core change its mind: commands of callers, facts of exchanges, and
/// the start of a writer's term. Time, ids, prices and random numbers are part of the input, so
/// that the same inputs always give the same result (style rule D2).

#include "model/account.hpp"
#include "model/instrument.hpp"

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

/// Who asked, and under which key. One key and body make one effect for ever (invariant I8).
struct Origin {
    Owner owner;
    IdempotencyKey key;
    std::string request_hash;  ///< SHA-256 of route and canonical body, 32 bytes.

    friend bool operator==(const Origin&, const Origin&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("owner", self.owner);
        visit("key", self.key);
        visit("request_hash", self.request_hash);
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

    friend bool operator==(const Policy&, const Policy&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("price_age_max", self.price_age_max);
        visit("attempt_window", self.attempt_window);
        visit("fence_margin", self.fence_margin);
        visit("view_lag", self.view_lag);
        visit("market_slippage", self.market_slippage);
        visit("attempts_max", self.attempts_max);
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

    friend bool operator==(const ClosePosition&, const ClosePosition&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("origin", self.origin);
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("version", self.version);
        visit("quote", self.quote);
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
                               ReportReconciled>;

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
[[nodiscard]] std::string_view to_text(ClockState state);
[[nodiscard]] std::string_view to_text(StorageState state);
[[nodiscard]] std::string_view to_text(MarketSource source);
[[nodiscard]] std::string_view to_text(InstrumentStatus status);

}  // namespace botcore::model
