#pragma once

/// What each account's trading brought, folded from all of its fills and kept: a question costs
/// only what is new since the last one. The first one goes through the whole history, page by page,
/// so that nobody else waits for it.
///
/// B1  What is folded are fills of the store, oldest first, each once.
/// B2  After the newest fill a futures fold holds what the account holds. Where it does not (a
/// reset
///     dropped a position without a fill), it is folded anew from what must have been open before
///     the first fill; the rounds of that are not counted.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "core/ledger/performance.hpp"
#include "ports/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace botcore::shell::http {

class PerformanceBook {
public:
    enum class Progress : std::uint8_t {
        Partly,  ///< There is more: go on, after others had their turn.
        Whole,
    };

    struct Figures {
        core::Performance performance;
        std::optional<model::Timestamp> since;  ///< Of the first fill.
    };

    /// The reader outlives the book. The account asked for least lately is forgotten when there are
    /// more than `accounts_max`.
    PerformanceBook(ports::StoreReader& reader, std::size_t page, std::size_t accounts_max = 1'000)
        : reader_(reader),
          page_(page),
          accounts_max_(accounts_max) {}

    /// Folds the next page of the account's fills.
    [[nodiscard]] ports::StoreResult<Progress> advance(const core::State& state,
                                                       const core::AccountState& account);

    /// Of the fills folded so far.
    [[nodiscard]] Figures figures(const model::AccountId& account) const;

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    using Quantities = std::map<model::InstrumentId, model::Quantity>;

    struct Entry {
        Quantities begun_with;
        core::PerformanceFold fold;
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

}  // namespace botcore::shell::http
