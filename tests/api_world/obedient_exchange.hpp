#pragma once

/// An exchange for tests that fills market orders at 50,000 and keeps limit orders open, or does
/// not respond.

#include "ports/exchange.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <optional>

namespace botcore::api {

class ObedientExchange : public ports::Exchange {
public:
    void place(const model::OrderInstruction& order) override;

    void cancel(const model::CancelInstruction& cancel) override;

    void query(const model::AccountId&,
               const model::InstrumentId&,
               const model::ClientOrderId&) override {}

    void reconcile(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    /// The test's loop responds to it with `books`, which the test sets.
    void compare(const ports::AccountProjection& projection) override {
        reconciled.push_back(projection.account.id);
    }

    void account_changed(const ports::AccountProjection&) override {}

    void define(const model::Instrument&) override {}

    void probe(std::function<void()> answered) override { probes.push_back(std::move(answered)); }

    std::deque<model::OrderReport> reports;
    std::deque<model::AccountId> reconciled;
    std::deque<std::function<void()>> probes;
    std::optional<model::VenueBooks> books;
    std::uint64_t last_id = 0;
    std::atomic<bool> silent{false};
    std::atomic<bool> rejects{false};
    std::atomic<int> placed{0};
    std::atomic<int> price{50'000};  ///< The price of the fills of market orders.
    std::atomic<int> trades{1};      ///< The number of trades that fill a market order.
    /// The time of an order's first trade relative to the order.
    std::atomic<int> offset_ms{0};
    /// The time between two trades of an order.
    std::atomic<int> gap_ms{0};
};

}  // namespace botcore::api
