#pragma once

/// The venue's record of each order, used for reports and queries: identity, trades, and how it
/// ended. A bounded number of closed orders is kept; the oldest is dropped first.

#include "model/exchange.hpp"
#include "venue/order_book.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace botcore::venue {

/// The identity of an order as clients name it.
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
    model::Quantity filled_before;  ///< The quantity filled before the order was restored; the
                                    ///< trades for it are not in this record.
    std::vector<model::Trade> trades;
    model::Money locked;  ///< Spot: the amount locked for it, in the asset that it gives.
    model::ReportKind kind = model::ReportKind::Open;
    model::OrderReason reason = model::OrderReason::None;
    std::string reason_text;
    model::VenueOrder asked{};   ///< The order as requested; its report is not kept here.
    model::Timestamp changed{};  ///< Time of its last trade or of its end.
};

/// The order as the exchange reports it in a query, with all its trades of this run.
[[nodiscard]] model::VenueOrder venue_order_of(const OrderRecord& record, model::Timestamp now);

/// The report of an order with its trades from `first_trade` on.
[[nodiscard]] model::OrderReport report_of(const OrderRecord& record,
                                           std::size_t first_trade,
                                           model::Timestamp now);

/// Maximum number of closed orders that one step of a walk examines: about one millisecond of work.
inline constexpr std::size_t kClosedScannedMax = 512;
inline constexpr std::size_t kClosedFoundMax = 32;

/// The closed orders. For each name, the order that was closed last can be found.
class OrderHistory {
public:
    explicit OrderHistory(std::size_t size_max) : size_max_(size_max) { CHECK(size_max > 0); }

    /// When the history is full, the order that was closed first is dropped.
    void add(OrderRecord record);

    /// The newest closed order of that name; `nullptr` when there is none.
    [[nodiscard]] const OrderRecord* find(const OrderName& name) const;

    /// A position between two closed orders: the number of orders closed before it.
    using Place = std::uint64_t;

    /// The position after the order that was closed last.
    [[nodiscard]] Place end() const { return forgotten_ + by_age_.size(); }

    /// Walks back from `place` over at most `kClosedScannedMax` orders, and adds at most
    /// `kClosedFoundMax` orders of the account that were closed since. Returns false when there are
    /// no more.
    [[nodiscard]] bool closed_before(Place& place,
                                     const model::AccountId& account,
                                     model::Timestamp since,
                                     std::vector<const OrderRecord*>& found) const;

    [[nodiscard]] std::size_t size() const { return by_age_.size(); }

private:
    std::size_t size_max_;
    std::deque<OrderName> by_age_;  ///< One entry per closed order.
    Place forgotten_ = 0;  ///< Number of dropped orders, all older than the first of these.
    std::map<OrderName, std::deque<OrderRecord>> records_;
};

}  // namespace botcore::venue
