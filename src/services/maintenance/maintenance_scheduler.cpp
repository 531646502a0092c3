#include "services/maintenance/maintenance_scheduler.hpp"

#include "base/time_text.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace botcore::maintenance {

void MaintenanceScheduler::tick(const model::Now& now) {
    if (parts_.runtime.status() != runtime::Status::Running) return;
    if (parts_.runtime.is_committing()) return;  // The next tick sees its result.
    if (windows_ != parts_.runtime.state().windows) windows_ = parts_.runtime.state().windows;
    parts_.announcer.compare(windows_);
    bool submitted = plan_usual_window(now);
    for (const auto& [id, window] : windows_) {
        if (now.clock != model::ClockState::Certain) continue;  // W2
        const auto move = due_move(window, now);
        if (!move) continue;
        const std::string key =
            "maintenance-" + std::to_string(id) + "-" + std::string(to_text(move->state));
        model::MoveMaintenance command;
        command.origin = {model::Owner("system"), model::IdempotencyKey(key), key};
        command.window = id;
        command.state = move->state;
        command.until = move->until;
        parts_.runtime.submit({.body = std::move(command), .handle = 0, .request_id = key}, now);
        submitted = true;
    }
    if (submitted) parts_.wake();
}

bool MaintenanceScheduler::plan_usual_window(const model::Now& now) {
    if (!parts_.plans_usual_windows || now.clock != model::ClockState::Certain) return false;
    std::vector<model::MaintenanceWindow> windows;
    for (const auto& [id, window] : windows_)
        windows.push_back(window);
    const auto usual = operations::usual_window_to_plan(
        windows, parts_.runtime.state().policy.maintenance_notice, now.time);
    if (!usual || planned_last_ == usual->begin) return false;
    planned_last_ = usual->begin;
    const std::string key = "maintenance-usual-" + base::to_iso8601(usual->begin).substr(0, 10);
    model::ScheduleMaintenance command;
    command.origin = {model::Owner("system"), model::IdempotencyKey(key), key};
    command.begin = usual->begin;
    command.end = usual->end;
    command.text = "usual maintenance";
    parts_.runtime.submit({.body = std::move(command), .handle = 0, .request_id = key}, now);
    return true;
}

std::optional<operations::MaintenanceMove> MaintenanceScheduler::due_move(
    const model::MaintenanceWindow& window, const model::Now& now) {
    if (operations::is_over(window.state)) {
        seen_.erase(window.id);
        return std::nullopt;
    }
    Seen& seen = seen_.try_emplace(window.id, Seen{window.state, now.monotonic}).first->second;
    if (seen.state != window.state) seen = {window.state, now.monotonic};
    if (auto move = operations::move_due(window, times_, now.time, under_way())) return move;
    return operations::move_after_clock_step(window, times_, now.time, now.monotonic - seen.since);
}

bool MaintenanceScheduler::planned(model::Timestamp now) const {
    for (const auto& [id, window] : windows_) {
        if (operations::is_planned(window, now)) return true;
    }
    return false;
}

bool MaintenanceScheduler::outage(model::Timestamp now) const {
    return std::any_of(windows_.begin(), windows_.end(), [&](const auto& item) {
        return operations::is_outage(item.second, now);
    });
}

std::size_t MaintenanceScheduler::under_way() const {
    std::size_t count = 0;
    for (const auto& [account_id, account] : parts_.runtime.state().accounts) {
        for (const auto& [number, live] : account.orders) {
            const auto state = live.order.state;
            count += state == model::OrderState::Intended || state == model::OrderState::Unknown;
        }
    }
    return count;
}

std::optional<operations::Period> MaintenanceScheduler::announced(operations::Period within) const {
    for (const auto& [id, window] : windows_) {
        if (window.emergency || window.state == model::WindowState::Canceled) continue;
        if (window.begin < within.end && window.end > within.begin) {
            return operations::Period{window.begin, window.end};
        }
    }
    return std::nullopt;
}

}  // namespace botcore::maintenance
