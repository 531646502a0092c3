#pragma once

/// An exchange, as the core sees it: instructions go out, reports come back later through the sink,
/// in any order, late, doubled, or never. The paper venue is behind this port too.
///
/// X1  A report of an order's end (Filled, Canceled, Expired) carries all trades of the order that
///     were not reported before.
/// X2  NotSent, NoAnswer and their cancel twins name the attempt they speak of.
/// X3  `on_reconciled` is only said of the newest comparison that was asked for.
/// X4  The books of `on_reconciled` are of one moment, and every trade that is in them was reported
///     before. An exchange that cannot say so gives none: silence is never told as zero.
///
/// Threads: all calls and all calls of the sink happen on the loop thread. The sink is never called
/// from inside a call of this port's methods, so that an answer cannot overtake its own request.

#include "model/account.hpp"
#include "model/exchange.hpp"
#include "model/instrument.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace botcore::ports {

/// What the core knows of one account when a writer's term begins, or after its money was moved by
/// hand. An exchange with its own books compares; the paper venue takes it over.
struct AccountProjection {
    model::Account account;
    std::vector<model::Balance> balances;
    std::vector<model::Position> positions;
    std::vector<model::Order> live_orders;  ///< Open, Unknown and Intended ones, by number.
    /// Of orders that are not in the list, those that ended before were compared already. An
    /// adapter looks further back by as much as its views may lag.
    model::Timestamp since;
};

/// Takes what the exchange says.
class ExchangeSink {
public:
    virtual ~ExchangeSink() = default;
    virtual void on_report(model::OrderReport report) = 0;
    /// An order of the account that the projection does not list: it ended here, was made since, or
    /// nobody here has ever heard of it.
    virtual void on_order_found(model::VenueOrder order) = 0;
    /// Everything that the comparison brought forth came before this.
    virtual void on_reconciled(const model::AccountId& account,
                               std::optional<model::VenueBooks> books) = 0;
};

class Exchange {
public:
    virtual ~Exchange() = default;

    virtual void place(const model::OrderInstruction& instruction) = 0;
    virtual void cancel(const model::CancelInstruction& instruction) = 0;
    /// Reports what the exchange knows of the order, sooner or later.
    virtual void query(const model::AccountId& account,
                       const model::InstrumentId& instrument,
                       const model::ClientOrderId& id) = 0;
    /// A term begins: compares everything it knows of the account; answers with reports and found
    /// orders, then `on_reconciled`. What was sent before and is not there died with the old term.
    virtual void reconcile(const AccountProjection& projection) = 0;
    /// The same while trading goes on, and changes nothing at the exchange.
    virtual void compare(const AccountProjection& projection) = 0;
    /// Money or leverage of the account was changed by a committed command, not by trading. Orders
    /// keep their place. An exchange with its own books ignores it.
    virtual void account_changed(const AccountProjection& projection) = 0;
    /// The rules of an instrument are new or changed.
    virtual void define(const model::Instrument& instrument) = 0;
    /// Asks for a sign of life the way requests go. `answered` is called once, later, like every
    /// answer: where the exchange cannot be reached, once it can be again.
    virtual void probe(std::function<void()> answered) = 0;
};

}  // namespace botcore::ports
