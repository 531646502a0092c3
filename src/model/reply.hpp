#pragma once

/// What a caller is told once the state behind it is durable. The doors render it; the core only
/// says what became of the request.

#include "model/operating.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace botcore::model {

/// The request was not carried out; nothing reached the exchange, or the exchange did not take it.
struct Refusal {
    Reason reason = Reason::None;
    std::string text;           ///< What was expected, what came, what to do next.
    ClientOrderId order;        ///< The order that records it, if one was made.
    std::uint64_t version = 0;  ///< The current version, for Reason::VersionConflict.
};

struct Transferred {
    Account from;
    Account to;
    Asset asset;
    Money amount;
};

/// An exit that ended before it had closed all that it was to close.
struct FailedExit {
    ClientOrderId order;
    Symbol symbol;
    Quantity quantity;
    Quantity filled;
    OrderState state = OrderState::Rejected;
    Reason reason = Reason::None;
    std::string text;  ///< What the exchange said.
};

/// Several orders were touched: what "cancel all" and "flatten" set going.
struct OrdersTouched {
    AccountId account;
    std::vector<ClientOrderId> cancels{};  ///< Cancels of these were sent.
    std::vector<ClientOrderId> exits{};    ///< They close positions; placed now or under way.
    std::vector<ClientOrderId> pending{};  ///< Of the exits: their end is open.
    std::vector<FailedExit> failed{};      ///< Of the exits, in the order of their ends.
};

/// Did it place exits, and none of them traded at all?
[[nodiscard]] bool did_nothing(const OrdersTouched& touched);

/// A failed order was given up by whoever wanted it; nothing is tried again.
struct GivenUp {
    Order order;
};

using Reply = std::variant<Refusal,
                           Order,
                           Account,
                           Position,
                           Transferred,
                           OrdersTouched,
                           OperatingState,
                           MaintenanceWindow,
                           GivenUp>;

/// Does the refusal pass by itself, so that the same key may ask again later?
[[nodiscard]] bool is_transient(Reason reason);
/// The HTTP status that belongs to a reason; one table for all doors.
[[nodiscard]] std::uint16_t status_of(Reason reason);
/// 200 for what was carried out, else the status of its reason; 422 for an order at the market or
/// an exit that expired without a trade, and where several exits all ended without one.
[[nodiscard]] std::uint16_t status_of(const Reply& reply);

}  // namespace botcore::model
