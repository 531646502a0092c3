#pragma once

/// One call of a public method of `PaperVenue` on one contract: books executions, triggers waiting
/// orders, and collects the orders to report.

#include "venue/paper_venue.hpp"

#include <optional>
#include <vector>

namespace botcore::venue {

class PaperVenue::Call final : public MatchingEvents {
public:
    Call(PaperVenue& venue, Contract& contract, model::Timestamp now)
        : venue_(venue),
          contract_(contract),
          now_(now) {}

    void traded(const Execution& execution) override;
    void ended(const ExchangeOrder& order, Ending ending) override;

    /// Records that the contract has traded at this price.
    void price_seen(model::Price price);

    /// Enforces W4 after the account's position has changed, or when an order is about to trigger.
    /// Waiting orders hold nothing; the order that is being triggered comes before all others.
    void keep_reduce_only(const AccountBooks& books);

    /// Marks the order to be reported. The reports are in the order in which their orders were
    /// first marked.
    void touch(OrderSerial serial);

    /// Triggers the orders that waited for the traded prices, then reports all touched orders and
    /// moves ended orders to the history.
    void finish(Reports& reports);

private:
    struct Touched {
        OrderSerial serial;
        std::size_t first_trade = 0;
    };

    void settle(OrderSerial serial, const Execution& execution, std::uint64_t trade_id);
    void unlock(OrderRecord& record, model::Money keep);
    [[nodiscard]] model::Money lock_of(const ExchangeOrder& order) const;
    [[nodiscard]] const AccountBooks& books_of(OrderSerial serial) const;
    void trigger_order(OrderSerial serial);
    [[nodiscard]] std::optional<Refusal> check_set_off(const ExchangeOrder& order) const;

    PaperVenue& venue_;
    Contract& contract_;
    model::Timestamp now_;
    std::vector<Touched> touched_;
    std::optional<model::PriceRange> seen_;  ///< Range of the trades in this call.
    OrderSerial set_off_;             ///< The order that is being triggered: it reduces first.
    std::optional<Refusal> refused_;  ///< Why that order is rejected.
};

}  // namespace botcore::venue
