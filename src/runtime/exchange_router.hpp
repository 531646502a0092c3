#pragma once

/// Several exchanges behind one port: each account's orders are sent to the exchange that takes the
/// account, so that paper accounts and accounts of different exchanges live in one process.
///
/// The route of an account is fixed by the first projection of it, which the runtime sends before
/// any order of the account (I11).
///
/// Threads: the loop only.

#include "ports/exchange.hpp"

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace botcore::runtime {

class ExchangeRouter final : public ports::Exchange {
public:
    using Takes = std::function<bool(const model::Account&)>;

    /// Adds an exchange; it must outlive the router. An account is sent to the first exchange whose
    /// `takes` is true, and every account must have one.
    void add(Takes takes, ports::Exchange& exchange) {
        exchanges_.push_back({std::move(takes), &exchange});
    }

    void place(const model::OrderInstruction& instruction) override;
    void cancel(const model::CancelInstruction& instruction) override;
    void query(const model::AccountId& account,
               const model::InstrumentId& instrument,
               const model::ClientOrderId& id) override;
    void reconcile(const ports::AccountProjection& projection) override;
    void compare(const ports::AccountProjection& projection) override;
    void account_changed(const ports::AccountProjection& projection) override;
    /// Every exchange is told; it ignores the instruments that it does not have.
    void define(const model::Instrument& instrument) override;
    /// Answered once every exchange has answered.
    void probe(std::function<void()> answered) override;
    void begin_term(model::Epoch epoch) override;
    void deliver(ports::ExchangeSink& sink) override;
    [[nodiscard]] bool has_reports() const override;

private:
    struct Member {
        Takes takes;
        ports::Exchange* exchange;
    };

    [[nodiscard]] ports::Exchange& exchange_of(const model::AccountId& account) const;
    [[nodiscard]] ports::Exchange& route(const model::Account& account);

    std::vector<Member> exchanges_;
    std::map<model::AccountId, ports::Exchange*> routes_;
};

}  // namespace botcore::runtime
