#pragma once

/// An exchange, as the core sees it. Instructions are sent to the exchange; its reports arrive
/// later through the sink, in any order, and may be late, duplicated or missing. The paper venue
/// implements this port too.
///
/// X1  A report of an order's end (Filled, Canceled, Expired) carries all trades of the order that
///     were not reported before.
/// X2  NotSent, NoAnswer and their counterparts for cancels name the attempt they refer to.
/// X3  `on_reconciled` is called only for the newest comparison that was requested.
/// X4  The books of `on_reconciled` show the account at one moment, and every trade that they
///     include was reported before. An exchange that cannot guarantee this passes no books: missing
///     data are never reported as zero.
///
/// Threads: all calls, including those of the sink, happen on the loop thread. The sink is never
/// called from inside a call of this port's methods, so a report cannot overtake its own request.

#include "model/account.hpp"
#include "model/exchange.hpp"
#include "model/instrument.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace botcore::ports {

/// What the core knows of one account when a writer's term begins, or after an operator changed its
/// money. An exchange with its own books compares the projection with them; the paper venue adopts
/// the projection as its own state.
struct AccountProjection {
    model::Account account;
    std::vector<model::Balance> balances;
    std::vector<model::Position> positions;
    std::vector<model::Order> live_orders;  ///< Open, Unknown or Intended; sorted by number.
    /// Orders that are not in `live_orders` and ended before this time were already compared. An
    /// adapter begins its queries earlier than this time, by the maximum lag of the exchange's
    /// views.
    model::Timestamp since;
};

/// Receives what the exchange reports.
class ExchangeSink {
public:
    virtual ~ExchangeSink() = default;
    virtual void on_report(model::OrderReport report) = 0;
    /// The exchange has an order of the account that the projection does not list: the order has
    /// ended in our journal, was placed after the projection was made, or has no record in our
    /// journal.
    virtual void on_order_found(model::VenueOrder order) = 0;
    /// Called after everything that the comparison found has been reported.
    virtual void on_reconciled(const model::AccountId& account,
                               std::optional<model::VenueBooks> books) = 0;
};

class Exchange {
public:
    virtual ~Exchange() = default;

    virtual void place(const model::OrderInstruction& instruction) = 0;
    virtual void cancel(const model::CancelInstruction& instruction) = 0;
    /// Reports what the exchange knows of the order, at some later time.
    virtual void query(const model::AccountId& account,
                       const model::InstrumentId& instrument,
                       const model::ClientOrderId& id) = 0;
    /// A term begins: compares everything that the exchange knows of the account. Produces reports
    /// and found orders, then `on_reconciled`. Requests of the old term that the exchange does not
    /// have are no longer in flight.
    virtual void reconcile(const AccountProjection& projection) = 0;
    /// The same comparison while trading continues; it changes nothing at the exchange.
    virtual void compare(const AccountProjection& projection) = 0;
    /// A committed command, not trading, changed money or leverage of the account. Orders keep
    /// their priority. An exchange with its own books ignores the call.
    virtual void account_changed(const AccountProjection& projection) = 0;
    /// Tells the exchange the rules of an instrument that is new or has changed.
    virtual void define(const model::Instrument& instrument) = 0;
    /// Sends a liveness check on the same path as requests. `answered` is called once and later,
    /// like every reply: when the exchange cannot be reached, it is called once the exchange can be
    /// reached again.
    virtual void probe(std::function<void()> answered) = 0;

    /// Called before the first `define` of a writer's term. An exchange that numbers its trades
    /// itself makes their ids greater than those of all earlier terms; others ignore the call.
    virtual void begin_term(model::Epoch /*epoch*/) {}

    /// Passes to the sink, in order, what was reported since the last call. The loop calls it once
    /// in each turn. An exchange that calls its sink by itself ignores the call.
    virtual void deliver(ExchangeSink& /*sink*/) {}

    /// Whether `deliver` has something to pass on.
    [[nodiscard]] virtual bool has_reports() const { return false; }
};

}  // namespace botcore::ports
