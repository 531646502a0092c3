#include "apps/botcored/user_notices.hpp"

#include "apps/wiring/user_mailer.hpp"

#include <sysexits.h>

#include <functional>
#include <optional>
#include <utility>

namespace botcore::apps {

using notifications::UserNotices;
using operations::Availability;

namespace {

/// Whether the state of the runtime is what is durable.
bool is_durable(const runtime::Runtime& runtime) {
    return runtime.status() == runtime::Status::Running && !runtime.is_committing();
}

std::optional<UserNotices::Events> conditions_of(const runtime::Runtime& runtime) {
    if (!is_durable(runtime)) return std::nullopt;
    UserNotices::Events events;
    for (const auto& [id, account] : runtime.state().accounts) {
        if (account.account.state == model::AccountState::Frozen)
            events.push_back(operations::freeze_event(account.account));
        if (account.risk.margin_call) events.push_back(operations::margin_event(account.risk));
    }
    return events;
}

std::optional<Availability> state_of(const health::HealthMonitor& monitor) {
    if (!monitor.settled()) return std::nullopt;
    const health::HealthReport report = monitor.snapshot();
    if (report.planned) return Availability::Planned;
    return report.overall == operations::HealthState::Unhealthy ? Availability::Fails
                                                                : Availability::Works;
}

/// When the previous process ended; empty if it ended in planned maintenance.
std::optional<base::Timestamp> absent_since(const HealthAndMaintenance& health) {
    const auto seen = health.monitor().seen_before();
    return seen && !health.is_planned(*seen) ? seen : std::nullopt;
}

}  // namespace

base::Result<std::unique_ptr<UserNotices>, host::StartFailure> make_user_notices(
    const UserNoticeParts& parts) {
    Process& process = parts.process;
    const auto post = [&process](std::function<void()> work) { process.post(std::move(work)); };
    auto mailer = TRY(or_exit_with(EX_CONFIG, user_mailer(process.config, post)));
    if (mailer == nullptr) return std::unique_ptr<UserNotices>();
    const users::SessionTable& users = parts.api.users();
    runtime::Runtime& runtime = parts.trading.runtime();
    return or_exit_with(
        EX_UNAVAILABLE,
        UserNotices::make(
            {.store = parts.notices.store(),
             .log = process.log,
             .metrics = process.metrics,
             .preferences = parts.notices.preferences(),
             .now = [&process] { return process.clock.now(); },
             .users = [&users] { return users.users(); },
             .find_user =
                 [&users](const model::Owner& id) {
                     const ports::User* user = users.find_user(id);
                     return user == nullptr ? std::nullopt : std::optional(*user);
                 },
             .windows =
                 [&runtime] { return is_durable(runtime) ? &runtime.state().windows : nullptr; },
             .take_events = [&events = parts.trading.account_events()] { return events.take(); },
             .conditions = [&runtime] { return conditions_of(runtime); },
             .owner_of = [&runtime](const auto& account) { return runtime.owner_of(account); },
             .state = [&monitor = parts.health.monitor()] { return state_of(monitor); }},
            std::move(mailer),
            absent_since(parts.health)));
}

}  // namespace botcore::apps
