#pragma once

/// What the venue remembers of each order for its reports and for queries: identity, trades, and
/// how it ended. Closed orders are kept up to a bound, oldest out first.

#include "model/exchange.hpp"
#include "venue/order_book.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace botcore::venue {

/// What a client calls an order by.
struct OrderName {
    model::AccountId account;
    model::InstrumentId instrument;
    model::ClientOrderId id;

    friend auto operator<=>(const OrderName&, const OrderName&) = default;
};

struct OrderRecord {
    OrderSerial serial;
    OrderName name;
    model::Side side = model::Side::Buy;
    std::string venue_order_id;
    model::Quantity filled_before;  ///< Filled before it was seated; those trades are not here.
    std::vector<model::Trade> trades;
    model::Money locked;  ///< Spot: what is locked for it, in the asset that it gives.
    model::ReportKind kind = model::ReportKind::Open;
    model::Reason reason = model::Reason::None;
    std::string reason_text;
    model::VenueOrder asked{};   ///< What was asked for; its report is not kept here.
    model::Timestamp changed{};  ///< When it traded or ended last.
};

/// What the exchange tells of the order by itself, with all its trades of this run.
[[nodiscard]] model::VenueOrder told_of(const OrderRecord& record, model::Timestamp now);

/// The report of an order with its trades from `first_trade` on.
[[nodiscard]] model::OrderReport report_of(const OrderRecord& record,
                                           std::size_t first_trade,
                                           model::Timestamp now);

/// So much of the history is gone through at a time: about a millisecond's work.
inline constexpr std::size_t kClosedLooksMax = 512;
inline constexpr std::size_t kClosedFoundMax = 32;

/// Closed orders, the newest of each name findable.
class OrderHistory {
public:
    explicit OrderHistory(std::size_t size_max) : size_max_(size_max) { CHECK(size_max > 0); }

    /// When full, the order that was closed first is forgotten.
    void add(OrderRecord record);

    /// The latest closed order of that name; `nullptr` when there is none.
    [[nodiscard]] const OrderRecord* find(const OrderName& name) const;

    /// A place between two closed orders: how many had been closed before it.
    using Place = std::uint64_t;

    /// Behind the order that was closed last.
    [[nodiscard]] Place end() const { return forgotten_ + by_age_.size(); }

    /// Goes back from `place` over at most `kClosedLooksMax` orders, and adds at most
    /// `kClosedFoundMax` of the account's that were closed since. False: there are no more.
    [[nodiscard]] bool closed_before(Place& place,
                                     const model::AccountId& account,
                                     model::Timestamp since,
                                     std::vector<const OrderRecord*>& found) const;

    [[nodiscard]] std::size_t size() const { return by_age_.size(); }

private:
    std::size_t size_max_;
    std::deque<OrderName> by_age_;  ///< One entry per closed order.
    Place forgotten_ = 0;           ///< How many were there before the first of these.
    std::map<OrderName, std::deque<OrderRecord>> records_;
};

}  // namespace botcore::venue
