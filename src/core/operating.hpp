#pragma once

/// The operating mode and planned maintenance: decisions of an operator or of the maintenance
/// schedule that apply to the whole installation. Modes restrict entries only (invariant I9).
///
/// G1  The mode follows the current maintenance window; a manual halt stays in force through every
///     window.
/// G2  A window begins no sooner than the minimum notice allows, unless it is an emergency, and
///     never exceeds the maximum length of the policy.

#include "core/transaction.hpp"

namespace botcore::core {

void set_mode(Transaction& transaction, const model::SetMode& body);
void schedule_maintenance(Transaction& transaction, const model::ScheduleMaintenance& body);

///   Planned ──> Noticed ──> Draining ──> Active ──> Ramping ──> Watching ──> Done
///      └──────────┴────────────┴──> Canceled
/// States may be skipped going forward; a window never returns to an earlier state.
void move_maintenance(Transaction& transaction, const model::MoveMaintenance& body);

}  // namespace botcore::core
