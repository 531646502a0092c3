#include "adapters/exchange_paper/paper_exchange.hpp"

#include <algorithm>
#include <utility>

namespace botcore::exchange_paper {

namespace {

/// Whether the attempt may still be sent: it must be sent in the first half of its receive window,
/// so that the second half remains for the arrival.
bool may_leave(const model::Attempt& attempt, model::Timestamp now) {
    const auto half = model::Duration::microseconds(attempt.window.in_microseconds() / 2);
    return now <= attempt.time + half;
}

template <class Named>
model::OrderReport report_of(const Named& what,
                             const model::Attempt& attempt,
                             model::ReportKind kind,
                             model::Timestamp now) {
    model::OrderReport report;
    report.account = what.account;
    report.instrument = what.instrument;
    report.id = what.id;
    report.kind = kind;
    report.venue_time = now;
    report.attempt = attempt.number;
    return report;
}

}  // namespace

PaperExchange::PaperExchange(std::function<model::Timestamp()> clock) : clock_(std::move(clock)) {
}

void PaperExchange::begin_term(model::Epoch epoch) {
    venue_.set_id_base(epoch << 32U);
}

void PaperExchange::place(const model::OrderInstruction& instruction) {
    const model::Timestamp now = clock_();
    if (!may_leave(instruction.attempt, now)) {
        reports_.push_back(
            report_of(instruction, instruction.attempt, model::ReportKind::NotSent, now));  // P1
        return;
    }
    venue_.place(instruction, now, reports_);
}

void PaperExchange::cancel(const model::CancelInstruction& instruction) {
    const model::Timestamp now = clock_();
    if (!may_leave(instruction.attempt, now)) {
        reports_.push_back(
            report_of(instruction, instruction.attempt, model::ReportKind::CancelNotSent, now));
        return;
    }
    venue_.cancel(instruction, now, reports_);
}

void PaperExchange::query(const model::AccountId& account,
                          const model::InstrumentId& instrument,
                          const model::ClientOrderId& id) {
    venue_.query({account, instrument, id}, clock_(), reports_);
}

void PaperExchange::reconcile(const ports::AccountProjection& projection) {
    const model::Timestamp now = clock_();
    for (const auto& order : projection.live_orders) {
        std::vector<model::OrderReport> known;
        venue_.query({order.account, order.instrument, order.id}, now, known);
        if (known.front().kind != model::ReportKind::NotFound) {
            reports_.push_back(std::move(known.front()));
        } else if (order.state != model::OrderState::Open) {
            auto report = report_of(order, order.attempt, model::ReportKind::NotSent, now);  // P2
            report.reason_text =
                "the order had not reached the paper venue when the process ended, so it never "
                "will";
            reports_.push_back(std::move(report));
        } else if (order.cancel != model::CancelState::None) {
            // The order is restored below; the cancel must be requested again.
            reports_.push_back(report_of(order, {}, model::ReportKind::Open, now));
        }
    }
    restore_account(projection);
    note_comparison(projection);
}

void PaperExchange::compare(const ports::AccountProjection& projection) {
    const model::Timestamp now = clock_();
    for (const auto& order : projection.live_orders) {
        std::vector<model::OrderReport> known;
        venue_.query({order.account, order.instrument, order.id}, now, known);
        // An order that is not found is still being sent.
        if (known.front().kind != model::ReportKind::NotFound) {
            reports_.push_back(std::move(known.front()));
        }
    }
    note_comparison(projection);
}

void PaperExchange::note_comparison(const ports::AccountProjection& projection) {
    Comparison comparison{venue_.begin_walk(projection.account.id, projection.since), {}, clock_()};
    for (const auto& order : projection.live_orders)
        comparison.listed.insert(order.id);
    const auto older = std::ranges::find_if(comparisons_, [&](const Comparison& each) {
        return each.walk.account == comparison.walk.account;
    });
    if (older == comparisons_.end()) {
        comparisons_.push_back(std::move(comparison));  // X3 of ports/exchange.hpp
        return;
    }
    // The new comparison replaces the older one, and starts from the earlier of both `since`.
    comparison.walk.since = std::min(comparison.walk.since, older->walk.since);
    *older = std::move(comparison);
}

void PaperExchange::account_changed(const ports::AccountProjection& projection) {
    restore_account(projection);
}

void PaperExchange::restore_account(const ports::AccountProjection& projection) {
    venue_.restore_account(
        {projection.account, projection.balances, projection.positions, projection.live_orders},
        clock_(),
        reports_);
}

void PaperExchange::define(const model::Instrument& instrument) {
    venue_.define(instrument);
}

void PaperExchange::probe(std::function<void()> answered) {
    probes_.push_back(std::move(answered));
}

void PaperExchange::deliver(ports::ExchangeSink& sink) {
    for (auto& report : std::exchange(reports_, {}))
        sink.on_report(std::move(report));
    if (!comparisons_.empty()) compare_on(sink);
    for (const auto& answered : std::exchange(probes_, {}))
        answered();
}

void PaperExchange::compare_on(ports::ExchangeSink& sink) {
    Comparison& comparison = comparisons_.front();
    const model::Timestamp now = clock_();
    std::vector<model::VenueOrder> orders;
    const bool whole = venue_.walk_on(comparison.walk, now, orders);
    for (auto& order : orders) {
        if (!comparison.listed.contains(order.report.id)) sink.on_order_found(std::move(order));
    }
    if (!whole) return;
    const Comparison done = std::move(comparison);
    comparisons_.pop_front();
    sink.on_reconciled(done.walk.account, venue_.books(done.walk.account, done.begun_at));
}

}  // namespace botcore::exchange_paper
