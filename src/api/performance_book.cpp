#include "api/performance_book.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::api {

PerformanceBook::Entry PerformanceBook::begin(const model::Account& account,
                                              Quantities begun_with) {
    Entry entry{.begun_with = std::move(begun_with),
                .fold = core::PerformanceCalculator(account.quote, account.initial_deposit),
                .since = std::nullopt};
    for (const auto& [instrument, quantity] : entry.begun_with)
        entry.fold.begin_with(instrument, quantity);
    return entry;
}

PerformanceBook::Entry& PerformanceBook::entry_of(const model::Account& account) {
    auto place = entries_.find(account.id);
    if (place == entries_.end()) {
        if (entries_.size() >= accounts_max_) {
            entries_.erase(std::min_element(
                entries_.begin(), entries_.end(), [](const auto& one, const auto& other) {
                    return one.second.used < other.second.used;
                }));
        }
        place = entries_.emplace(account.id, begin(account, {})).first;
    }
    place->second.used = ++uses_;
    return place->second;
}

ports::StoreResult<PerformanceBook::Progress> PerformanceBook::advance(
    const core::State& state, const core::AccountState& account) {
    Entry& entry = entry_of(account.account);
    ports::FillQuery query;
    query.account = account.account.id;
    query.limit = page_;
    query.after = entry.seen;
    const auto fills = TRY(reader_.fills(query));
    for (const model::Fill& fill : fills) {
        const auto instrument = state.instruments.find(fill.instrument);
        entry.fold.add(fill, instrument == state.instruments.end() ? nullptr : &instrument->second);
        entry.seen = fill.sequence;
        if (!entry.since) entry.since = fill.trade.time;
    }
    if (fills.size() >= page_) return Progress::Partly;
    if (account.account.market != model::Market::Futures) return Progress::Whole;
    bool differs = false;  // B2
    Quantities begun_with = entry.begun_with;
    for (const auto& [instrument, position] : account.positions) {
        const model::Quantity missing = position.quantity - entry.fold.open_quantity(instrument);
        if (missing.is_zero()) continue;
        begun_with[instrument] += missing;
        differs = true;
    }
    if (!differs) return Progress::Whole;
    const std::uint64_t used = entry.used;
    entry = begin(account.account, std::move(begun_with));
    entry.used = used;
    return Progress::Partly;
}

PerformanceBook::Figures PerformanceBook::figures(const model::AccountId& account) const {
    const auto place = entries_.find(account);
    CHECK(place != entries_.end());
    return {place->second.fold.result(), place->second.since};
}

}  // namespace botcore::api
