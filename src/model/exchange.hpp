#pragma once

/// The messages between the core and an exchange: instructions to the exchange and reports from it.
/// The paper venue, the simulator's venue and every real exchange use these types. A report never
/// says "failed" when the outcome is not known (style rule E4).

#include "model/order.hpp"

#include <string>
#include <vector>

namespace botcore::model {

/// Places an order. It is sent only after its intent and attempt are durable (invariant I1).
struct OrderInstruction {
    AccountId account;
    ClientOrderId id;
    InstrumentId instrument;
    Side side = Side::Buy;
    OrderType type = OrderType::Market;
    TimeInForce time_in_force = TimeInForce::GoodTillCanceled;
    ReduceOnly reduce_only = ReduceOnly::No;
    Quantity quantity;
    std::optional<Price> price;
    std::optional<Price> stop_price = std::nullopt;
    Attempt attempt;
};

struct CancelInstruction {
    AccountId account;
    ClientOrderId id;
    InstrumentId instrument;
    Attempt attempt;
};

/// One execution at the exchange, identified by (account, instrument, trade id), invariant I4.
struct Trade {
    std::uint64_t id = 0;
    Price price;
    Quantity quantity;
    Money fee;  ///< Positive: we pay. Negative: a rebate.
    Asset fee_asset;
    bool maker = false;
    Timestamp time;

    friend bool operator==(const Trade&, const Trade&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("id", self.id);
        visit("price", self.price);
        visit("quantity", self.quantity);
        visit("fee", self.fee);
        visit("fee_asset", self.fee_asset);
        visit("maker", self.maker);
        visit("time", self.time);
    }
};

/// What a report says about its order. The numbers are stored in the journal: never change them.
enum class ReportKind : std::uint8_t {
    Open = 1,  ///< The order is in the book; the report includes its trades so far.
    Filled = 2,
    Canceled = 3,
    Expired = 4,
    Rejected = 5,  ///< The order was certainly not accepted; `reason_text` says why.
    NotSent = 6,   ///< The request was provably never written to the exchange.
    NoAnswer = 7,  ///< The request was written, but no response arrived: the outcome is unknown.
    /// A query did not find the order; this is evidence only after the fence has passed.
    NotFound = 8,
    CancelNotOpen = 9,  ///< A cancel found no open order; the order may have been filled.
    CancelNoAnswer = 10,
    CancelNotSent = 11,
};

/// A fact about one of our orders, from a response, a stream or a query.
struct OrderReport {
    AccountId account;
    InstrumentId instrument;
    ClientOrderId id;
    ReportKind kind = ReportKind::NoAnswer;
    std::string venue_order_id;
    std::vector<Trade> trades;  ///< Any known trades, old and new; each is counted once (I4).
    OrderReason reason = OrderReason::None;
    std::string reason_text;
    Timestamp venue_time;  ///< The time on the exchange's clock when it made the statement; fences
                           ///< are compared with it.
    /// The attempt of the order, or of its cancel, that NotSent, NoAnswer and the corresponding
    /// cancel reports refer to, so that a late copy is not applied to the next attempt. 0 for all
    /// other kinds.
    std::uint32_t attempt = 0;

    friend bool operator==(const OrderReport&, const OrderReport&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("id", self.id);
        visit("kind", self.kind);
        visit("venue_order_id", self.venue_order_id);
        visit("trades", self.trades);
        visit("reason", self.reason);
        visit("reason_text", self.reason_text);
        visit("venue_time", self.venue_time);
        visit("attempt", self.attempt);
    }
};

/// An order as the exchange describes it.
struct VenueOrder {
    Side side = Side::Buy;
    OrderType type = OrderType::Market;
    TimeInForce time_in_force = TimeInForce::GoodTillCanceled;
    ReduceOnly reduce_only = ReduceOnly::No;
    Quantity quantity;
    std::optional<Price> price;
    std::optional<Price> stop_price;
    Timestamp created;   ///< On the exchange's clock.
    OrderReport report;  ///< Its current state, with all its trades.

    friend bool operator==(const VenueOrder&, const VenueOrder&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("side", self.side);
        visit("type", self.type);
        visit("time_in_force", self.time_in_force);
        visit("reduce_only", self.reduce_only);
        visit("quantity", self.quantity);
        visit("price", self.price);
        visit("stop_price", self.stop_price);
        visit("created", self.created);
        visit("report", self.report);
    }
};

struct VenueBalance {
    Asset asset;
    Money total;  ///< The free, the locked and the margin money, without unrealized profit.

    friend bool operator==(const VenueBalance&, const VenueBalance&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("asset", self.asset);
        visit("total", self.total);
    }
};

struct VenuePosition {
    InstrumentId instrument;
    Quantity quantity;
    Money cost;

    friend bool operator==(const VenuePosition&, const VenuePosition&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("instrument", self.instrument);
        visit("quantity", self.quantity);
        visit("cost", self.cost);
    }
};

/// The exchange's statement of what an account holds at one moment. Anything not listed is zero.
struct VenueBooks {
    Timestamp venue_time;  ///< Orders that ended before this time have been reported.
    std::vector<VenueBalance> balances;
    std::vector<VenuePosition> positions;

    friend bool operator==(const VenueBooks&, const VenueBooks&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("venue_time", self.venue_time);
        visit("balances", self.balances);
        visit("positions", self.positions);
    }
};

[[nodiscard]] std::string_view to_text(ReportKind kind);

}  // namespace botcore::model
