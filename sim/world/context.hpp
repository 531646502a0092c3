#pragma once

/// The objects that all parts of the simulation share: virtual time, random numbers, the checker
/// and the event log.

#include "sim/checkers/checker.hpp"
#include "sim/world/event_queue.hpp"
#include "sim/world/faults.hpp"
#include "sim/world/trace.hpp"

namespace botcore::sim {

struct Context {
    Context(const Plan& the_plan, bool printed)
        : plan(the_plan),
          random(the_plan.seed),
          trace(printed),
          checker(the_plan.breaks == Breaks::Nothing ? checkers::Assumptions::Hold
                                                     : checkers::Assumptions::Broken),
          faults(the_plan, random.split()) {}

    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] model::Timestamp now() const { return queue.now(); }

    void note(std::string_view text) { trace.note(queue.now(), text); }

    Plan plan;
    base::Random random;
    EventQueue queue{model::Timestamp::from_milliseconds(1'767'225'600'000)};
    Trace trace;
    checkers::Checker checker;
    Faults faults;
};

}  // namespace botcore::sim
