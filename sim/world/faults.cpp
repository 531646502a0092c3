#include "sim/world/faults.hpp"

namespace botcore::sim {

namespace {

using model::Duration;

/// How often each fault occurs per thousand opportunities in a seed that has it.
constexpr std::array<std::uint32_t, kFaultCount> kUsual = {
    60,   // NotSent
    60,   // RequestLost
    60,   // RequestLate
    100,  // EngineDelay
    60,   // ReplyLost
    60,   // ReplyLate
    120,  // ReportDoubled
    150,  // ReportReordered
    60,   // StreamLost
    300,  // QueryLags
    15,   // UnavailableLost
    15,   // UnavailableKept
    8,    // ReadFails
    300,  // LoadFails
    60,   // CrashIdle, each second
    8,    // CrashCommitLost
    8,    // CrashCommitKept
    15,   // CrashBeforeSend
    15,   // CrashAfterSend
    40,   // TakeOver, each second
    40,   // StorageReserve, each second
    20,   // MarketGap, each second
    40,   // MarketStale, each second
    30,   // ClockJump, each second
    100,  // SameKeyParallel
    40,   // SameKeyOtherBody
    20,   // StoreInDoubt, each second
    20,   // StoreBehind, each second
    200,  // CommitLate
};

model::Policy sim_policy() {
    model::Policy policy;
    policy.fence_margin = Duration::seconds(1);
    policy.view_lag = Duration::seconds(5);
    policy.request_lifetime = Duration::seconds(30);
    policy.risk = model::RiskLimits::none();
    policy.protect_within = Duration::seconds(6);
    policy.trail_step = model::Rate::from_units(model::kScale / 10'000);
    return policy;
}

/// Limits small enough that a minute of trading reaches each of them occasionally.
model::RiskLimits tight_limits(base::Random& random) {
    model::RiskLimits limits;
    limits.cooldown = Duration::seconds(5);
    limits.orders_per_second_max = 3;
    if (random.chance(1, 2)) limits.positions_max = 1;
    if (random.chance(1, 2)) limits.exposure_max = model::Rate::from_units(model::kScale / 100);
    if (random.chance(1, 3))
        limits.daily_loss_max = model::Rate::from_units(model::kScale / 200'000);
    if (random.chance(1, 3)) limits.drawdown_max = model::Rate::from_units(model::kScale / 100'000);
    return limits;
}

}  // namespace

Plan plan_of(std::uint64_t seed) {
    base::Random random(seed ^ 0x5EED5EED5EED5EEDULL);
    Plan plan;
    plan.seed = seed;
    plan.mode = random.chance(2, 3) ? VenueMode::Exchange : VenueMode::Paper;
    plan.length = Duration::seconds(random.between(20, 90));
    plan.clients = static_cast<std::size_t>(random.between(2, 8));
    plan.policy = sim_policy();
    for (std::size_t i = 0; i < kFaultCount; ++i) {
        if (random.chance(1, 2)) continue;
        plan.per_mille[i] = random.chance(1, 5) ? kUsual[i] * 3 : kUsual[i];
    }
    if (plan.mode == VenueMode::Exchange && random.chance(1, 8)) {
        plan.breaks = random.chance(1, 2) ? Breaks::EngineMargin : Breaks::ViewLag;
    }
    if (random.chance(1, 3)) plan.policy.risk = tight_limits(random);
    // The restore points of these seeds describe a store that never loses a record.
    if (has_restore_points(seed)) plan.per_mille[static_cast<std::size_t>(Fault::StoreBehind)] = 0;
    return plan;
}

Plan calm_plan(VenueMode mode) {
    Plan plan;
    plan.mode = mode;
    plan.clients = 0;
    plan.trading_clients = false;
    plan.policy = sim_policy();
    return plan;
}

Faults::Faults(const Plan& plan, base::Random random)
    : per_mille_(plan.per_mille),
      random_(random) {
}

bool Faults::strikes(Fault fault) {
    auto& forced = forced_[index(fault)];
    if (forced > 0) {
        --forced;
        return true;
    }
    const std::uint32_t chance = per_mille_[index(fault)];
    return chance != 0 && random_.chance(chance, 1'000);
}

Duration Faults::delay(Duration low, Duration high) {
    return Duration::microseconds(random_.between(low.in_microseconds(), high.in_microseconds()));
}

}  // namespace botcore::sim
