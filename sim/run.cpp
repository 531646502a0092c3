#include "sim/run.hpp"

#include "sim/world/marks.hpp"
#include "sim/world/world.hpp"

namespace botcore::sim {

namespace {

/// Marks that only the finished run shows.
void mark_ends(const checkers::Fold& fold, const checkers::Findings& findings, const Plan& plan) {
    bool frozen = false;
    for (const auto& [id, account] : fold.accounts) {
        frozen = frozen || account.state == model::AccountState::Frozen;
    }
    for (const auto& [number, order] : fold.orders) {
        if (order.reason == model::Reason::ProvenAbsent) REACHED("order proven absent");
    }
    if (plan.breaks != Breaks::Nothing && frozen && findings.count() == 0) {
        REACHED("order declared absent and present");
    }
}

}  // namespace

RunResult run_plan(const Plan& plan, bool printed) {
    World world(plan, printed);
    const model::Timestamp begin = world.context().now();
    world.boot();
    world.run_for(plan.length);
    world.quiet();
    const auto& findings = world.findings();
    mark_ends(world.context().judge.fold(), findings, plan);
    RunResult result;
    result.seed = plan.seed;
    result.trace_hash = world.context().trace.hash();
    result.events = world.context().queue.run_count();
    result.records = world.store().head().value().sequence;
    result.placements = world.clients().placements();
    result.virtual_time = world.context().now() - begin;
    result.violations = findings.count();
    for (const auto& finding : findings.list()) {
        result.texts.push_back(finding.invariant + ": " + finding.text);
    }
    return result;
}

}  // namespace botcore::sim
