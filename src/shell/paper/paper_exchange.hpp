#pragma once

/// The paper venue behind the exchange port: in this process, without a network between, and
/// without a store of its own. Its answers wait until the loop collects them, since a port's answer
/// never overtakes its own request.
///
/// P1  A request that could not leave within half of its window is not made: NotSent.
/// P2  After a restart the venue knows nothing. What rests in the rows is seated again; what was on
///     its way and is not known here died with the old process: NotSent, and provably so.
/// P3  Books are told when the answers are collected, after every report of a trade that is in
///     them.
///
/// Threads: the loop thread.

#include "ports/exchange.hpp"
#include "venue/paper_venue.hpp"

#include <deque>
#include <functional>
#include <set>
#include <vector>

namespace botcore::shell {

class PaperExchange : public ports::Exchange {
public:
    /// `clock` is the time that attempts are measured by.
    explicit PaperExchange(std::function<model::Timestamp()> clock);

    /// Ids of trades begin beyond those of all earlier terms. Call it before the term begins.
    void begin_term(model::Epoch epoch);

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

    /// What happened on the public market.
    void apply(const venue::MarketEvent& event) { venue_.apply(event, reports_); }

    [[nodiscard]] bool has_reports() const {
        return !reports_.empty() || !comparisons_.empty() || !probes_.empty();
    }

    /// Hands everything that was said since to the sink, in order.
    void deliver(ports::ExchangeSink& sink);

private:
    /// Asked for, and answered when the reports are collected, a part at a time: however many
    /// orders there are, nobody waits for all of them.
    struct Comparison {
        venue::PaperVenue::OrderWalk walk;
        std::set<model::ClientOrderId> listed;  ///< These were reported by themselves.
        model::Timestamp begun_at;  ///< What happens later is for the comparison after it.
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

}  // namespace botcore::shell
