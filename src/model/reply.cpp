#include "model/reply.hpp"

#include <algorithm>
#include <array>

namespace botcore::model {

namespace {

constexpr auto kTransient = std::to_array<Reason>({
    Reason::PriceStale,
    Reason::PriceMissing,
    Reason::ClockUncertain,
    Reason::DiskFull,
    Reason::AccountFrozen,
    Reason::AccountUnreconciled,
    Reason::Maintenance,
    Reason::TradingHalted,
    Reason::OrphanOrder,
    Reason::BooksDiffer,
    Reason::IntegrityFinding,
    Reason::FrozenByOperator,
    Reason::StoreBehindArchive,
    Reason::OrderRateLimit,
});

}  // namespace

bool is_transient(Reason reason) {
    return std::find(kTransient.begin(), kTransient.end(), reason) != kTransient.end();
}

bool did_nothing(const OrdersTouched& touched) {
    return !touched.exits.empty() && touched.failed.size() == touched.exits.size() &&
           std::all_of(touched.failed.begin(), touched.failed.end(), [](const FailedExit& exit) {
               return exit.filled.is_zero();
           });
}

}  // namespace botcore::model
