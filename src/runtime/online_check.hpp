#pragma once

/// The cheap, continuous form of the check of all books. It checks each record as soon as it is
/// durable, from the records alone and with code independent of the core, so that a wrong decision
/// of the core is reported within the same turn of the loop instead of by the nightly check. Rows
/// that change after they were written are found by `verify`.
///
/// C1  Postings of a record sum to zero per asset (I5).
/// C2  A trade is booked once (I4); checked against the last `kTradesRemembered` trades.
/// C3  An order's filled quantity grows only by its fills.
/// C4  A position's size changes only by its fills, by a reset or by an adoption.
/// C5  An order that has ended holds no reservation.
/// C6  The amounts posted as reserved equal the amounts reserved in the rows of orders and
///     positions.
///
/// Orders and positions are tracked from the first image seen. After a gap in the sequence (a
/// commit whose outcome was unknown, a new term) tracking starts again from the next images.
///
/// Threads: the runtime's thread.

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

/// How many of the newest trades are remembered: a second booking of one of them is detected.
inline constexpr std::size_t kTradesRemembered = 10'000;

class OnlineCheck final : public CommitListener {
public:
    using Report = std::function<void(const VerifyFinding&)>;

    /// `report` is called with each finding; it may ask the runtime to freeze the account.
    explicit OnlineCheck(Report report) : report_(std::move(report)) {}

    void on_committed(const std::vector<model::Record>& records) override;

    [[nodiscard]] std::uint64_t findings_count() const { return findings_count_; }

private:
    using PositionKey = std::pair<model::AccountId, model::InstrumentId>;
    using TradeKey = std::tuple<model::AccountId, model::InstrumentId, std::uint64_t>;
    using OrderKey = model::OrderNumber;

    /// The sums of the fills of one record.
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

    Report report_;
    model::Sequence last_ = 0;
    std::map<OrderKey, model::Quantity> filled_;  ///< Live orders only.
    std::map<PositionKey, model::Quantity> sizes_;
    std::map<OrderKey, model::Money> reserved_by_order_;  ///< Live orders only.
    std::map<PositionKey, model::Money> reserved_by_position_;
    std::set<TradeKey> trades_;
    std::deque<TradeKey> trades_by_age_;
    std::uint64_t findings_count_ = 0;
};

}  // namespace botcore::runtime
