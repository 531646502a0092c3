#include "sim/run.hpp"

#include "sim/world/coverage_marks.hpp"
#include "sim/world/restore_points.hpp"
#include "sim/world/world.hpp"

#include <optional>

namespace botcore::sim {

namespace {

/// Sets the coverage marks that say how stops and exits created by the core ended.
void mark_stop(const model::Order& order) {
    const bool filled = order.state == model::OrderState::Filled;
    if (filled && order.type == model::OrderType::StopMarket) REACHED("stop order triggered");
    if (filled && order.type == model::OrderType::TakeProfitMarket) {
        REACHED("take profit triggered");
    }
    if (order.reason == model::RefusalReason::StopWouldTrigger)
        REACHED("stop rejected beyond the market");
    if (order.reason == model::EndReason::NoLongerNeeded && is_protective(order.role)) {
        REACHED("stop cancelled after its position");
    }
    if (!order.trail_mark.is_zero()) REACHED("stop trailed");
    if (order.role == model::OrderRole::SafetyExit) REACHED("unprotected fill closed again");
    if (!order.queue_limit) return;
    REACHED("exit queued");
    if (order.attempt.number != 0) REACHED("queued exit sent");
    if (order.reason == model::EndReason::QueueExpired) REACHED("queued exit expired");
}

/// Sets the coverage marks that can be determined only after a run has finished.
void mark_ends(const checkers::Projection& projection,
               const checkers::Violations& violations,
               const Plan& plan) {
    bool frozen = false;
    for (const auto& [id, account] : projection.accounts) {
        frozen = frozen || account.state == model::AccountState::Frozen;
    }
    for (const auto& [number, order] : projection.orders) {
        if (order.reason == model::RefusalReason::ProvenAbsent) REACHED("order proven absent");
        mark_stop(order);
    }
    if (plan.breaks != Breaks::Nothing && frozen && violations.count() == 0) {
        REACHED("account frozen because the exchange broke its rules");
    }
}

}  // namespace

RunResult run_plan(const Plan& plan, bool printed) {
    World world(plan, printed);
    std::optional<RestorePoints> restore_points;
    if (has_restore_points(plan.seed)) restore_points.emplace(world.store());
    const model::Timestamp begin = world.context().now();
    world.boot();
    world.run_for(plan.length);
    world.quiet();
    RunResult result;
    if (restore_points) {
        for (const std::string& text : restore_points->differences())
            world.context().checker.add("restore", text);
        result.restores = restore_points->count();
    }
    const auto& violations = world.violations();
    mark_ends(world.context().checker.projection(), violations, plan);
    result.seed = plan.seed;
    result.trace_hash = world.context().trace.hash();
    result.events = world.context().queue.run_count();
    result.records = world.store().head().value().sequence;
    result.placements = world.clients().placements();
    result.virtual_time = world.context().now() - begin;
    result.violations = violations.count();
    for (const auto& violation : violations.list()) {
        result.texts.push_back(violation.invariant + ": " + violation.text);
    }
    return result;
}

}  // namespace botcore::sim
