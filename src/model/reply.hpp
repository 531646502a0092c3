#pragma once

/// The reply to a caller, available once the state that it reports is durable. The core only states
/// the result of the request; the routes render it.

#include "model/operating.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace botcore::model {

/// The request was not executed: nothing reached the exchange, or the exchange did not accept it.
struct Refusal {
    RefusalReason reason{};
    std::string text;           ///< What was expected, what was received, and what to do next.
    ClientOrderId order;        ///< The order in which the refusal is recorded, if there is one.
    std::uint64_t version = 0;  ///< The current version, for RefusalReason::VersionConflict.
};

struct Transferred {
    Account from;
    Account to;
    Asset asset;
    Money amount;
};

/// An exit that ended before it had closed its whole quantity.
struct FailedExit {
    ClientOrderId order;
    Symbol symbol;
    Quantity quantity;
    Quantity filled;
    OrderState state = OrderState::Rejected;
    OrderReason reason = OrderReason::None;
    std::string text;  ///< The exchange's message.
};

/// The orders that "cancel all" or "flatten" affected.
struct OrdersTouched {
    AccountId account;
    std::vector<ClientOrderId> cancels{};  ///< The orders for which cancels were sent.
    /// The orders that close positions, placed now or earlier.
    std::vector<ClientOrderId> exits{};
    std::vector<ClientOrderId> pending{};  ///< The exits that have not ended yet.
    std::vector<FailedExit> failed{};  ///< The exits that failed, in the order in which they ended.
    /// The positions for which this record had no room for another exit; the next ticks close them.
    std::vector<InstrumentId> deferred{};
};

/// Whether the request placed exits, none of which traded at all.
[[nodiscard]] bool did_nothing(const OrdersTouched& touched);

/// The caller gave up a failed order; it is not retried.
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

/// A reply in the form in which callers receive it. The status and the bytes are opaque to core and
/// runtime, which only store and return them.
struct RenderedReply {
    std::uint16_t status = 0;
    std::string body;
};

/// Why a request has no reply of its own.
enum class RequestFailure : std::uint8_t {
    OutcomeUnknown,  ///< The commit that recorded it failed; it may have been recorded.
    TooLate,         ///< It waited until its deadline and was not carried out.
    Unavailable,     ///< The store cannot be reached; the request was not carried out.
    Overloaded,      ///< Too many requests wait; the request was not carried out.
    KeyReused,       ///< Its idempotency key belongs to another request.
    KeyExpired,      ///< It was carried out once, and its reply is not stored any more.
    InProgress,      ///< The first request with its key is still in progress.
};

/// A request that has no reply of its own.
struct FailedRequest {
    RequestFailure failure = RequestFailure::OutcomeUnknown;
    std::string request_id{};
    ClientOrderId order{};  ///< The order that belongs to its key, if there is one.
    AccountId account{};    ///< The order's account; empty when the order is not stored.
};

}  // namespace botcore::model
