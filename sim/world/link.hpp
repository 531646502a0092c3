#pragma once

/// One process's connection to the exchange: `ports::Exchange` over a network that loses, delays,
/// duplicates and reorders. When the process crashes, messages in flight to it are lost; messages
/// in flight to the exchange arrive, unless the exchange lived in the process.
///
/// N1  Every request leads to a report or to NoAnswer, unless the process crashes.
/// N2  `on_reconciled` follows only after two queries, L apart, so that a lagging view hides
///     nothing (docs/proof.md); only the newest comparison of an account is finished.

#include "ports/exchange.hpp"
#include "sim/world/venue_server.hpp"

#include <memory>

namespace botcore::sim {

/// Shared by all messages in flight to one process.
struct Process {
    bool dead = false;
    ports::ExchangeSink* sink = nullptr;
    std::function<void()> wake;  ///< Schedules a step after a message arrived.
};

class Link : public ports::Exchange {
public:
    Link(Context& context, VenueServer& server, std::shared_ptr<Process> process)
        : context_(context),
          server_(server),
          process_(std::move(process)) {}

    void place(const model::OrderInstruction& instruction) override;
    void cancel(const model::CancelInstruction& instruction) override;
    void query(const model::AccountId& account,
               const model::InstrumentId& instrument,
               const model::ClientOrderId& id) override;
    void reconcile(const ports::AccountProjection& projection) override;
    void compare(const ports::AccountProjection& projection) override;
    void account_changed(const ports::AccountProjection& projection) override;
    void define(const model::Instrument& instrument) override;

    /// The simulator does not use health probes.
    void probe(std::function<void()> /*answered*/) override {}

    /// Delivers an unsolicited report, with the stream's own faults.
    void stream(const model::OrderReport& report);

    [[nodiscard]] const std::shared_ptr<Process>& process() const { return process_; }

    void set_killer(std::function<void()> kill) { kill_ = std::move(kill); }

protected:
    /// Sends a placement over the simulated network.
    void write(const model::OrderInstruction& instruction);

private:
    struct Waiting;

    [[nodiscard]] model::Duration transit();
    [[nodiscard]] model::Duration request_transit(const model::Attempt& attempt);
    [[nodiscard]] model::Duration engine_delay();
    [[nodiscard]] model::Duration view_lag();
    void answer(const std::shared_ptr<Waiting>& waiting, const model::OrderReport& report);
    void give_up_later(const std::shared_ptr<Waiting>& waiting,
                       const model::OrderReport& no_answer);
    void deliver_after(model::Duration delay, const model::OrderReport& report);
    void query_account(const ports::AccountProjection& projection, bool lagging);
    void compare_twice(const ports::AccountProjection& projection, bool term_begins);
    void restore(const ports::AccountProjection& projection);
    void report_not_restored(const ports::AccountProjection& projection);

    Context& context_;
    VenueServer& server_;
    std::shared_ptr<Process> process_;
    std::function<void()> kill_;
    std::map<model::AccountId, std::uint64_t> comparison_;
};

}  // namespace botcore::sim
