#pragma once

/// The exchange port of paper accounts. It runs the paper venue in this process, without a network
/// and without a store of its own. The venue's reports wait until the loop collects them, because a
/// port must not report on a request before the call of the request has returned.
///
/// P1  A request that could not be sent within half of its receive window is not executed: NotSent.
/// P2  After a restart the venue has no state. Orders that are open according to the rows are
///     restored. Orders that were being sent and are unknown to the venue ended with the old
///     process, which proves that they never execute: NotSent.
/// P3  The balances and positions of a comparison are passed on when the reports are collected,
///     after every report of a trade that they include.
///
/// Threads: the loop thread.

#include "ports/exchange.hpp"
#include "venue/market_translation.hpp"
#include "venue/paper_venue.hpp"

#include <deque>
#include <functional>
#include <set>
#include <vector>

namespace botcore::exchange_paper {

class PaperExchange : public ports::Exchange {
public:
    /// `clock` returns the time against which the receive windows of attempts are checked.
    explicit PaperExchange(std::function<model::Timestamp()> clock);

    void place(const model::OrderInstruction& instruction) override;
    void cancel(const model::CancelInstruction& instruction) override;
    void query(const model::AccountId& account,
               const model::InstrumentId& instrument,
               const model::ClientOrderId& id) override;
    void reconcile(const ports::AccountProjection& projection) override;
    void compare(const ports::AccountProjection& projection) override;
    void account_changed(const ports::AccountProjection& projection) override;
    void define(const model::Instrument& instrument) override;
    void probe(std::function<void()> answered) override;
    void begin_term(model::Epoch epoch) override;
    void deliver(ports::ExchangeSink& sink) override;

    [[nodiscard]] bool has_reports() const override {
        return !reports_.empty() || !comparisons_.empty() || !probes_.empty();
    }

    /// Applies an event of the public market.
    void apply(const venue::MarketEvent& event) { venue_.apply(event, reports_); }

    /// Receives the events of a market source; this object must outlive it.
    [[nodiscard]] venue::MarketEventSink market_sink() {
        return [this](const venue::MarketEvent& event) { apply(event); };
    }

private:
    /// A requested comparison, delivered in parts when the reports are collected, so that a large
    /// number of orders does not block the loop.
    struct Comparison {
        venue::PaperVenue::OrderWalk walk;
        std::set<model::ClientOrderId> listed;  ///< Orders that were reported one by one.
        model::Timestamp begun_at;              ///< Later changes belong to the next comparison.
    };

    void restore_account(const ports::AccountProjection& projection);
    void note_comparison(const ports::AccountProjection& projection);
    void compare_on(ports::ExchangeSink& sink);

    std::function<model::Timestamp()> clock_;
    venue::PaperVenue venue_;
    std::vector<model::OrderReport> reports_;
    std::deque<Comparison> comparisons_;
    std::vector<std::function<void()>> probes_;
};

}  // namespace botcore::exchange_paper
