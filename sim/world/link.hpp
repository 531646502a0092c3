#pragma once

/// One process's connection to the exchange: `ports::Exchange` over a network that loses, delays,
/// doubles and reorders. When the process dies, what is on its way to it is lost; what is on its
/// way to the exchange arrives, unless the exchange lived in the process.
///
/// N1  Every request is answered by a report or by NoAnswer, unless the process dies.
/// N2  `on_reconciled` follows only after two looks, L apart, so that nothing is hidden by a view
///     that lags (docs/proof.md); only the newest comparison of an account is finished.

#include "ports/exchange.hpp"
#include "sim/world/venue_server.hpp"

#include <memory>

namespace botcore::sim {

/// Shared by everything that is on its way to one process.
struct Process {
    bool dead = false;
    ports::ExchangeSink* sink = nullptr;
    std::function<void()> wake;  ///< Something came for it.
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

    /// The health of a simulated daemon is not looked at.
    void probe(std::function<void()> /*answered*/) override {}

    /// A report that nobody asked for, with the stream's own faults.
    void stream(const model::OrderReport& report);

    [[nodiscard]] const std::shared_ptr<Process>& process() const { return process_; }

    void set_killer(std::function<void()> kill) { kill_ = std::move(kill); }

protected:
    /// Puts a placement on the wire.
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
    void deliver(model::Duration delay, const model::OrderReport& report);
    void look(const ports::AccountProjection& projection, bool lagging);
    void compare_twice(const ports::AccountProjection& projection, bool term_begins);
    void seat(const ports::AccountProjection& projection);
    void report_unseated(const ports::AccountProjection& projection);

    Context& context_;
    VenueServer& server_;
    std::shared_ptr<Process> process_;
    std::function<void()> kill_;
    std::map<model::AccountId, std::uint64_t> comparison_;
};

}  // namespace botcore::sim
