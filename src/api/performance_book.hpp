#pragma once

/// The performance of each account, computed from all of its fills and cached, so that a query
/// reads only the fills that are new since the previous query. The first query reads the whole
/// history page by page, so that other requests are not delayed.
///
/// B1  The computation applies the fills of the store, oldest first, each exactly once.
/// B2  After the newest fill, the computed open quantities of a futures account equal its
///     positions. If they differ (because a reset dropped a position without a fill), the
///     computation restarts with the quantities that must have been open before the first fill. The
///     rounds (from flat to flat) that began with those quantities are not counted.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "core/ledger/performance.hpp"
#include "ports/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace botcore::api {

class PerformanceBook {
public:
    enum class Progress : std::uint8_t {
        Partly,  ///< More pages remain; call again after other work has had its turn.
        Whole,
    };

    struct Figures {
        core::Performance performance;
        std::optional<model::Timestamp> since;  ///< The time of the first fill.
    };

    /// The reader outlives the book. With more than `accounts_max` accounts, the least recently
    /// queried one is evicted.
    PerformanceBook(ports::StoreReader& reader, std::size_t page, std::size_t accounts_max = 1'000)
        : reader_(reader),
          page_(page),
          accounts_max_(accounts_max) {}

    /// Reads and applies the next page of the account's fills.
    [[nodiscard]] ports::StoreResult<Progress> advance(const core::State& state,
                                                       const core::AccountState& account);

    /// The figures computed from the fills that have been applied so far.
    [[nodiscard]] Figures figures(const model::AccountId& account) const;

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    using Quantities = std::map<model::InstrumentId, model::Quantity>;

    struct Entry {
        Quantities begun_with;
        core::PerformanceCalculator fold;
        model::Sequence seen = 0;
        std::optional<model::Timestamp> since;
        std::uint64_t used = 0;
    };

    [[nodiscard]] Entry& entry_of(const model::Account& account);
    [[nodiscard]] static Entry begin(const model::Account& account, Quantities begun_with);

    ports::StoreReader& reader_;
    std::size_t page_;
    std::size_t accounts_max_;
    std::map<model::AccountId, Entry> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace botcore::api
