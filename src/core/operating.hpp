#pragma once

/// The operating mode and planned maintenance: what an operator or the calendar decides about the
/// whole installation. Modes gate entries only (invariant I9).
///
/// G1  The mode follows the window that is under way; a halt by hand outlasts every window.
/// G2  A window begins no sooner than the notice allows, unless it is an emergency, and is never
///     longer than the policy's bound.

#include "core/transaction.hpp"

namespace botcore::core {

void set_mode(Transaction& transaction, const model::SetMode& body);
void schedule_maintenance(Transaction& transaction, const model::ScheduleMaintenance& body);

///   Planned ──> Noticed ──> Draining ──> Active ──> Ramping ──> Watching ──> Done
///      └──────────┴────────────┴──> Canceled
/// States may be left out on the way forward; none is ever gone back to.
void move_maintenance(Transaction& transaction, const model::MoveMaintenance& body);

}  // namespace botcore::core
