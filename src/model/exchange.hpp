#pragma once

/// What is said between the core and an exchange: instructions that leave, reports that come back.
/// The paper venue, the simulator's and every real exchange speak these words; none of them is ever
/// an answer "failed" where the truth is "not known" (style rule E4).

#include "model/order.hpp"

#include <string>
#include <vector>

namespace botcore::model {

/// Place this order. Leaves only after its intent and attempt are durable (invariant I1).
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

/// One execution at the exchange. Its identity is (account, instrument, trade id), invariant I4.
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

/// What a report tells of its order. Stored in the journal: never renumber.
enum class ReportKind : std::uint8_t {
    Open = 1,  ///< In the book; its trades so far come along.
    Filled = 2,
    Canceled = 3,
    Expired = 4,
    Rejected = 5,       ///< Definitely not accepted; `reason_text` says why.
    NotSent = 6,        ///< Provably never written to the exchange.
    NoAnswer = 7,       ///< Written, no answer: the outcome is unknown.
    NotFound = 8,       ///< A query did not find it; evidence only past the fence.
    CancelNotOpen = 9,  ///< A cancel found no open order; proves nothing about a filled one.
    CancelNoAnswer = 10,
    CancelNotSent = 11,
};

/// A fact about one of our orders, whichever way it came: answer, stream or query.
struct OrderReport {
    AccountId account;
    InstrumentId instrument;
    ClientOrderId id;
    ReportKind kind = ReportKind::NoAnswer;
    std::string venue_order_id;
    std::vector<Trade> trades;  ///< Any known ones, old and new; each counts once (I4).
    Reason reason = Reason::None;
    std::string reason_text;
    Timestamp venue_time;  ///< The exchange's clock when it said so; what fences are measured by.
    /// Which attempt of the order, or of its cancel, NotSent, NoAnswer and their cancel twins speak
    /// of: a late copy must not be taken for news of the next attempt. 0 for all other kinds.
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

/// An order as the exchange itself describes it.
struct VenueOrder {
    Side side = Side::Buy;
    OrderType type = OrderType::Market;
    TimeInForce time_in_force = TimeInForce::GoodTillCanceled;
    ReduceOnly reduce_only = ReduceOnly::No;
    Quantity quantity;
    std::optional<Price> price;
    std::optional<Price> stop_price;
    Timestamp created;   ///< On the exchange's clock.
    OrderReport report;  ///< Where it stands, with all its trades.

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
    Money total;  ///< Free, locked and held as margin; unrealized profit left out.

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

/// What the exchange says that an account holds, all at one moment. What is not listed is zero.
struct VenueBooks {
    Timestamp venue_time;  ///< Orders that ended until then have been told.
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
