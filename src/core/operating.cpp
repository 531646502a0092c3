#include "core/operating.hpp"

#include <algorithm>
#include <optional>

namespace botcore::core {

using model::MaintenanceWindow;
using model::OperatingMode;
using model::Refusal;
using model::RefusalReason;
using model::WindowState;

namespace {

void refuse(Transaction& transaction, const model::Origin& origin, Refusal refusal) {
    transaction.reply_at_once(origin, std::move(refusal));
}

/// The same as `operations::kWindowAheadMax`: a window that begins later than this is a mistake of
/// the operator.
constexpr model::Duration kWindowAheadMax = model::Duration::seconds(std::int64_t{366} * 86'400);

/// An emergency window that begins within this time begins immediately.
constexpr model::Duration kAtOnce = model::Duration::seconds(5);

std::string in_minutes(model::Duration span) {
    return std::to_string(span.in_milliseconds() / 60'000) + " minutes";
}

/// The mode that a window in this state requires; nothing if it requires none.
std::optional<OperatingMode> mode_of(WindowState state) {
    switch (state) {
        case WindowState::Draining:
            return OperatingMode::Draining;
        case WindowState::Active:
            return OperatingMode::Maintenance;
        case WindowState::Ramping:
            return OperatingMode::Ramping;
        case WindowState::Planned:
        case WindowState::Noticed:
        case WindowState::Watching:
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return std::nullopt;
}

void enter_mode(Transaction& transaction,
                OperatingMode mode,
                model::Timestamp until,
                std::string text) {
    State& state = transaction.state();
    if (state.operating.mode == mode && state.operating.until == until &&
        state.operating.text == text) {
        return;
    }
    model::OperatingState& row = transaction.change_operating();
    if (row.mode != mode) {
        row.since = transaction.exchange_time();
        state.ramp_seen = 0;
        state.ramp_taken = 0;
        state.ramp_began.reset();
        if (mode == OperatingMode::Ramping) state.ramp_began = transaction.monotonic_time();
    }
    row.mode = mode;
    row.until = until;
    row.text = std::move(text);
}

bool is_over(WindowState state) {
    return state == WindowState::Done || state == WindowState::Canceled;
}

/// Windows only move forward; one that has begun can be ended but not canceled.
bool may_move(WindowState from, WindowState to) {
    if (is_over(from)) return false;
    if (to == WindowState::Canceled) return from < WindowState::Active;
    return to > from;
}

}  // namespace

void set_mode(Transaction& transaction, const model::SetMode& body) {
    enter_mode(transaction, body.mode, body.until, body.text);
    transaction.reply_at_once(body.origin, transaction.state().operating);
}

void schedule_maintenance(Transaction& transaction, const model::ScheduleMaintenance& body) {
    const model::Policy& policy = transaction.state().policy;
    const auto length = body.end - body.begin;
    if (length <= model::Duration() || length > policy.maintenance_max) {
        return refuse(transaction,
                      body.origin,
                      {RefusalReason::WindowTooLong,
                       "a window must end after it begins and last at most " +
                           in_minutes(policy.maintenance_max) + ", but " + in_minutes(length) +
                           " were requested; plan two windows",
                       {},
                       0});
    }
    const auto notice = body.begin - transaction.exchange_time();
    const auto least = body.emergency ? model::Duration() : policy.maintenance_notice;
    if (notice < least) {
        return refuse(transaction,
                      body.origin,
                      {RefusalReason::NoticeTooShort,
                       "a window must be announced at least " + in_minutes(least) +
                           " before it begins, but this one begins in " + in_minutes(notice) +
                           "; choose a later begin, or mark it as an emergency",
                       {},
                       0});
    }
    if (notice > kWindowAheadMax) {
        return refuse(
            transaction,
            body.origin,
            {RefusalReason::WindowTooLong,
             "a window must begin within a year, but this one begins in " +
                 std::to_string(notice.in_milliseconds() / 86'400'000) + " days; check the year",
             {},
             0});
    }
    for (const auto& [id, other] : transaction.state().windows) {
        const bool works = !is_over(other.state) && other.state != WindowState::Watching;
        if (!works || body.end <= other.begin || other.end <= body.begin) continue;
        return refuse(
            transaction,
            body.origin,
            {RefusalReason::WindowNotMovable,
             "the window overlaps window " + std::to_string(id) + "; cancel the other window first",
             {},
             other.version});
    }
    MaintenanceWindow& window = transaction.change_window(transaction.sequence());
    window.begin = body.begin;
    window.end = body.end;
    window.emergency = body.emergency;
    window.text = body.text;
    if (body.emergency && notice <= kAtOnce) {
        // No entry is accepted after this reply.
        window.begin = transaction.exchange_time();
        window.state = WindowState::Draining;
        if (transaction.state().operating.mode != OperatingMode::Halted) {  // G1
            enter_mode(transaction, OperatingMode::Draining, window.end, window.text);
        }
    }
    transaction.reply_at_once(body.origin, window);
}

void move_maintenance(Transaction& transaction, const model::MoveMaintenance& body) {
    State& state = transaction.state();
    const auto place = state.windows.find(body.window);
    if (place == state.windows.end()) {
        return refuse(transaction,
                      body.origin,
                      {RefusalReason::WindowUnknown,
                       "there is no maintenance window " + std::to_string(body.window),
                       {},
                       0});
    }
    const WindowState from = place->second.state;
    if (!may_move(from, body.state)) {
        return refuse(transaction,
                      body.origin,
                      {RefusalReason::WindowNotMovable,
                       "the window is " + std::string(to_text(from)) + " and cannot become " +
                           std::string(to_text(body.state)),
                       {},
                       place->second.version});
    }
    MaintenanceWindow& window = transaction.change_window(body.window);
    window.state = body.state;
    if (state.operating.mode != OperatingMode::Halted) {  // G1
        if (const auto mode = mode_of(body.state)) {
            enter_mode(transaction, *mode, body.until, window.text);
        } else if (mode_of(from)) {
            enter_mode(transaction, OperatingMode::Normal, {}, "");
        }
    }
    transaction.reply_at_once(body.origin, window);
}

}  // namespace botcore::core
