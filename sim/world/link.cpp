#include "sim/world/link.hpp"

#include "sim/world/coverage_marks.hpp"

#include <algorithm>

namespace botcore::sim {

using model::Duration;
using model::OrderReport;
using model::ReportKind;

namespace {

/// The time after which the connection reports a time-out; longer than any window plus M.
constexpr Duration kTimeOut = Duration::milliseconds(4'000);

template <class Instruction>
OrderReport plain(const Instruction& instruction, ReportKind kind, model::Timestamp now) {
    OrderReport report;
    report.account = instruction.account;
    report.instrument = instruction.instrument;
    report.id = instruction.id;
    report.kind = kind;
    report.venue_time = now;
    if constexpr (requires { instruction.attempt; }) report.attempt = instruction.attempt.number;
    return report;
}

}  // namespace

/// A request without a reply so far.
struct Link::Waiting {
    bool answered = false;
};

Duration Link::transit() {
    if (context_.faults.strikes(Fault::ReportReordered)) {
        REACHED("report reordered");
        return context_.faults.delay(Duration::milliseconds(100), Duration::seconds(3));
    }
    return context_.faults.delay(Duration::microseconds(300), Duration::milliseconds(60));
}

Duration Link::request_transit(const model::Attempt& attempt) {
    if (context_.faults.strikes(Fault::RequestLate)) {
        REACHED("request late");
        return context_.faults.delay(attempt.window - Duration::milliseconds(300),
                                     attempt.window + Duration::milliseconds(100));
    }
    return context_.faults.delay(Duration::microseconds(300), Duration::milliseconds(60));
}

Duration Link::engine_delay() {
    if (!context_.faults.strikes(Fault::EngineDelay)) return {};
    REACHED("request delayed in the engine");
    const Duration margin = context_.plan.policy.fence_margin;
    if (context_.plan.breaks == Breaks::EngineMargin) {
        return context_.faults.delay(margin, margin + Duration::seconds(15));
    }
    return context_.faults.delay(Duration(), margin);
}

Duration Link::view_lag() {
    if (context_.plan.mode == VenueMode::Paper) return {};
    if (!context_.faults.strikes(Fault::QueryLags)) return {};
    Duration bound = context_.plan.policy.view_lag;
    if (context_.plan.breaks == Breaks::ViewLag) bound = bound + bound + bound;
    return context_.faults.delay(Duration(), bound);
}

void Link::deliver_after(Duration delay, const OrderReport& report) {
    context_.queue.after(delay, [this, process = process_, report] {
        if (process->dead) return;
        context_.note("report " + std::string(to_text(report.kind)) + " " + report.id.text());
        process->sink->on_report(report);
        process->wake();
    });
}

void Link::answer(const std::shared_ptr<Waiting>& waiting, const OrderReport& report) {
    if (process_->dead) return;
    if (context_.faults.strikes(Fault::ReplyLost)) {
        REACHED("reply lost");
        if (report.kind == ReportKind::Open || report.kind == ReportKind::Filled) stream(report);
        return;
    }
    Duration delay = transit();
    if (context_.faults.strikes(Fault::ReplyLate)) {
        REACHED("reply late");
        delay = kTimeOut + delay;
    } else if (delay < kTimeOut) {
        waiting->answered = true;
    }
    deliver_after(delay, report);
    if (context_.faults.strikes(Fault::ReportDoubled)) {
        REACHED("report duplicated");
        deliver_after(transit(), report);
    }
}

void Link::give_up_later(const std::shared_ptr<Waiting>& waiting, const OrderReport& no_answer) {
    context_.queue.after(kTimeOut, [this, process = process_, waiting, no_answer] {
        if (process->dead || waiting->answered) return;
        REACHED("no reply");
        deliver_after(Duration(), no_answer);
    });
}

void Link::place(const model::OrderInstruction& instruction) {
    if (process_->dead) return;
    if (context_.faults.strikes(Fault::CrashBeforeSend)) {
        REACHED("crash: between commit and send");
        kill_();
        return;
    }
    context_.checker.on_order_left(instruction);
    if (context_.faults.strikes(Fault::NotSent)) {
        REACHED("request not sent");
        deliver_after(transit(), plain(instruction, ReportKind::NotSent, context_.now()));
        return;
    }
    write(instruction);
    if (context_.faults.strikes(Fault::CrashAfterSend)) {
        REACHED("crash: between send and reply");
        kill_();
    }
}

void Link::write(const model::OrderInstruction& instruction) {
    context_.note("place " + instruction.id.text());
    context_.checker.on_order_written(instruction.id);
    server_.on_written(instruction.id);
    auto waiting = std::make_shared<Waiting>();
    give_up_later(waiting, plain(instruction, ReportKind::NoAnswer, context_.now()));
    if (context_.faults.strikes(Fault::RequestLost)) {
        REACHED("request lost");
        return;
    }
    const auto arrive = [this, process = process_, waiting, instruction, life = server_.life()] {
        if (server_.life() != life) return;
        const model::Timestamp arrival = context_.now();
        const bool late = arrival > instruction.attempt.time + instruction.attempt.window;
        if (late) REACHED("request refused by its window");
        const Duration queued = late ? Duration() : engine_delay();
        const auto enter = [this, process, waiting, instruction, arrival, life] {
            if (server_.life() != life) return;
            const OrderReport report = server_.place(instruction, arrival);
            answer(waiting, report);
            if (report.kind == ReportKind::Rejected) return;
            if (process->dead) {
                server_.publish(report);  // Delivered to the connection of the current process.
            } else {
                stream(report);
            }
        };
        if (queued == Duration()) {
            enter();
        } else {
            context_.queue.after(queued, enter);
        }
    };
    context_.queue.after(request_transit(instruction.attempt), arrive);
}

void Link::cancel(const model::CancelInstruction& instruction) {
    if (process_->dead) return;
    context_.checker.on_cancel_left(instruction);
    context_.note("cancel " + instruction.id.text());
    if (context_.faults.strikes(Fault::NotSent)) {
        deliver_after(transit(), plain(instruction, ReportKind::CancelNotSent, context_.now()));
        return;
    }
    auto waiting = std::make_shared<Waiting>();
    give_up_later(waiting, plain(instruction, ReportKind::CancelNoAnswer, context_.now()));
    if (context_.faults.strikes(Fault::RequestLost)) {
        REACHED("cancel lost");
        return;
    }
    context_.queue.after(request_transit(instruction.attempt),
                         [this, waiting, instruction, life = server_.life()] {
                             if (server_.life() != life) return;
                             const OrderReport report = server_.cancel(instruction, context_.now());
                             if (report.kind == ReportKind::CancelNotOpen) {
                                 REACHED("cancel of an order that had ended");
                             }
                             answer(waiting, report);
                             if (report.kind == ReportKind::Canceled) stream(report);
                         });
}

void Link::stream(const OrderReport& report) {
    if (process_->dead) return;
    const venue::OrderName name{report.account, report.instrument, report.id};
    if (context_.faults.strikes(Fault::StreamLost)) {
        REACHED("stream lost a report");
        // The gap is detected, and the order is read again once no lagging view can hide it.
        const Duration gap =
            context_.faults.delay(Duration::milliseconds(500), Duration::seconds(3));
        context_.queue.after(gap + context_.plan.policy.view_lag, [this, process = process_, name] {
            if (!process->dead) deliver_after(transit(), server_.query(name, {}));
        });
        return;
    }
    deliver_after(transit(), report);
    if (context_.faults.strikes(Fault::ReportDoubled)) {
        REACHED("report duplicated");
        deliver_after(transit(), report);
    }
}

void Link::query(const model::AccountId& account,
                 const model::InstrumentId& instrument,
                 const model::ClientOrderId& id) {
    if (process_->dead) return;
    const venue::OrderName name{account, instrument, id};
    // In the simulation a query always gets a reply; the reply is only delayed.
    context_.queue.after(transit(), [this, process = process_, name] {
        if (process->dead) return;
        deliver_after(transit(), server_.query(name, view_lag()));
    });
}

void Link::restore(const ports::AccountProjection& projection) {
    server_.restore({.account = projection.account,
                     .balances = projection.balances,
                     .positions = projection.positions,
                     .live_orders = projection.live_orders});
}

void Link::account_changed(const ports::AccountProjection& projection) {
    if (process_->dead) return;
    if (context_.plan.mode == VenueMode::Paper || !server_.knows(projection.account.id)) {
        restore(projection);
    }
}

void Link::define(const model::Instrument& instrument) {
    if (!process_->dead) server_.venue().define(instrument);
}

void Link::query_account(const ports::AccountProjection& projection, bool lagging) {
    std::vector<venue::OrderName> names;
    for (const auto& order : projection.live_orders) {
        const venue::OrderName name{order.account, order.instrument, order.id};
        names.push_back(name);
        OrderReport report = server_.query(name, lagging ? view_lag() : Duration());
        context_.note("look " + std::string(to_text(report.kind)) + " " + report.id.text());
        process_->sink->on_report(std::move(report));
    }
    const auto since = std::min(projection.since, context_.now()) - Duration::seconds(120);
    std::vector<model::VenueOrder> found;
    for (const auto& name : server_.touched_since(projection.account.id, since)) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        // An order that a lagging view would hide is found by the second query.
        if (!lagging) found.push_back(server_.describe(name));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        const auto first = [](const auto& order) {
            return order.report.trades.empty() ? 0 : order.report.trades.front().id;
        };
        return first(a) < first(b);
    });
    for (auto& order : found) {
        context_.note("found " + order.report.id.text());
        process_->sink->on_order_found(std::move(order));
    }
    process_->wake();
}

void Link::report_not_restored(const ports::AccountProjection& projection) {
    for (const auto& order : projection.live_orders) {
        const venue::OrderName name{order.account, order.instrument, order.id};
        if (server_.was_written(order.id)) continue;  // The placement may still arrive.
        if (server_.query(name, {}).kind != ReportKind::NotFound) continue;
        const bool was_there = order.state == model::OrderState::Open;
        OrderReport report =
            plain(order, was_there ? ReportKind::Expired : ReportKind::NotSent, context_.now());
        if (was_there) report.reason = model::order_reason(model::EndReason::NotFilledAtOnce);
        process_->sink->on_report(std::move(report));
    }
}

void Link::reconcile(const ports::AccountProjection& projection) {
    if (process_->dead) return;
    context_.note("reconcile " + projection.account.id.text());
    const bool paper = context_.plan.mode == VenueMode::Paper;
    if (paper || !server_.knows(projection.account.id)) restore(projection);
    compare_twice(projection, true);
}

void Link::compare(const ports::AccountProjection& projection) {
    if (process_->dead) return;
    context_.note("compare " + projection.account.id.text());
    compare_twice(projection, false);
}

void Link::compare_twice(const ports::AccountProjection& projection, bool term_begins) {
    const std::uint64_t number = ++comparison_[projection.account.id];
    const bool paper = context_.plan.mode == VenueMode::Paper;
    const auto current = [this, process = process_, number, id = projection.account.id] {
        return !process->dead && comparison_[id] == number;
    };
    context_.queue.after(transit(), [this, current, projection, paper, term_begins] {
        if (!current()) return;
        if (paper && term_begins) report_not_restored(projection);
        query_account(projection, true);
        const Duration wait =
            paper ? Duration() : context_.plan.policy.view_lag + Duration::milliseconds(1);
        context_.queue.after(wait, [this, current, projection] {
            if (!current()) return;
            query_account(projection, false);
            process_->sink->on_reconciled(projection.account.id,
                                          server_.books(projection.account.id));
            process_->wake();
        });
    });
}

}  // namespace botcore::sim
