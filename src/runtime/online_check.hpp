#pragma once

/// The cheap form of the check of all books: looks at each record once it is durable, by code of
/// its own and from the records alone. What the core decided wrongly is told within the same turn,
/// not at four in the morning; what happens to rows afterwards is for `verify`.
///
/// C1  Postings of a record sum to zero per asset (I5).
/// C2  A trade is booked once (I4): as far as the last `kTradesRemembered` trades.
/// C3  An order's filled quantity grows by its fills and by nothing else.
/// C4  A position's size changes by its fills, by a reset or by being adopted, and by nothing else.
/// C5  An order that has ended holds no reservation.
/// C6  What is posted as reserved is what the rows of orders and positions say is set aside.
///
/// Orders and positions count from the first image that is seen; after a hole in the sequence (a
/// commit whose outcome was unknown, a new term) everything is first seen again.
///
/// Threads: that of the runtime.

#include "runtime/runtime.hpp"
#include "runtime/verify.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace botcore::runtime {

/// Trades that a second booking of is noticed at once.
inline constexpr std::size_t kTradesRemembered = 10'000;

class OnlineCheck final : public CommitListener {
public:
    using Tell = std::function<void(const VerifyFinding&)>;

    /// `tell` hears of each finding; it may ask the runtime to freeze the account.
    explicit OnlineCheck(Tell tell) : tell_(std::move(tell)) {}

    void on_committed(const std::vector<model::Record>& records) override;

    [[nodiscard]] std::uint64_t findings_count() const { return findings_count_; }

private:
    using PositionKey = std::pair<model::AccountId, model::InstrumentId>;
    using TradeKey = std::tuple<model::AccountId, model::InstrumentId, std::uint64_t>;
    using OrderKey = model::OrderNumber;

    /// What one record adds.
    struct Sums {
        std::map<OrderKey, model::Quantity> filled;
        std::map<PositionKey, model::Quantity> traded;
    };

    void forget();
    void check(const model::Record& record);
    void check_postings(const model::Record& record);
    void add_fill(const model::Record& record, const model::Fill& fill, Sums& sums);
    void check_order(const model::Record& record, const model::Order& order, const Sums& sums);
    void check_position(const model::Record& record,
                        const model::Position& position,
                        const Sums& sums);
    void check_reservations(const model::Record& record);
    void find(FindingKind kind,
              const model::Record& record,
              std::string text,
              std::optional<model::AccountId> account);

    Tell tell_;
    model::Sequence last_ = 0;
    std::map<OrderKey, model::Quantity> filled_;  ///< Of live orders.
    std::map<PositionKey, model::Quantity> sizes_;
    std::map<OrderKey, model::Money> reserved_by_order_;  ///< Of live orders.
    std::map<PositionKey, model::Money> reserved_by_position_;
    std::set<TradeKey> trades_;
    std::deque<TradeKey> trades_by_age_;
    std::uint64_t findings_count_ = 0;
};

}  // namespace botcore::runtime
