#pragma once

/// Judges the core by what the outside saw: committed batches, orders that left, replies that were
/// given, and the exchange's truth. Knows nothing of how the core works.

#include "model/exchange.hpp"
#include "sim/checkers/journal_checker.hpp"

#include <optional>
#include <utility>

namespace botcore::sim::checkers {

/// A reply as a caller saw it, with what was durable at that moment.
struct ReplySeen {
    KeyName key;
    std::string request_hash;
    std::uint16_t status = 0;
    std::string body;
    bool verdict = false;     ///< It claims to be the request's outcome, not "ask again".
    bool mismatch = false;    ///< It says that the key belongs to another request.
    bool pending = false;     ///< It says that the request is under way.
    std::string stored_body;  ///< Of the key's committed row; empty without one.
};

/// The exchange's truth about one account, once the world is quiet.
struct VenueTruth {
    struct OpenOrder {
        model::AccountId account;
        model::ClientOrderId id;
        model::Quantity filled;
        bool triggered = false;  ///< Its stop price was reached; it waits no more.
    };

    struct Money {
        model::AccountId account;
        model::Asset asset;
        model::Money amount;
    };

    struct Holding {
        model::AccountId account;
        model::InstrumentId instrument;
        model::Quantity quantity;
        model::Money cost;
    };

    bool own_books = true;  ///< False: the venue is a projection, its money proves nothing.
    std::vector<OpenOrder> open_orders;
    std::vector<Money> money;
    std::vector<Holding> holdings;
};

class Checker {
public:
    explicit Checker(Assumptions assumptions)
        : assumptions_(assumptions),
          journal_(std::in_place, violations_) {}

    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    void on_committed(const model::Head& expected, const std::vector<StoredRecord>& records);
    /// The core handed the order over to be sent.
    void on_order_left(const model::OrderInstruction& instruction);
    void on_cancel_left(const model::CancelInstruction& instruction);
    /// Bytes of a placement reached the wire.
    void on_order_written(const model::ClientOrderId& id);
    void on_reply(const ReplySeen& reply);
    /// A new term runs; `open` is what the writer holds in memory now.
    void on_loaded(const model::Head& head, const Rows& open);

    /// The exchange took the order (any report but a rejection).
    void on_venue_order(const model::ClientOrderId& id) { at_venue_.insert(id); }

    void on_venue_trade(const TradeName& name,
                        const model::ClientOrderId& order,
                        const model::Trade& trade);
    /// The venue was lost with the process: what it had not told never happened.
    void on_venue_lost();

    /// The store is put back to an earlier record: its journal comes again from the first one. What
    /// left for the exchange, and what the exchange did, stays known.
    void on_put_back();

    /// Whole tables against the fold.
    void audit_rows(const Rows& rows);
    /// Everything that must hold once nothing is under way any more.
    void audit_quiet(const VenueTruth& truth);

    void add(std::string invariant, std::string text) {
        violations_.add(std::move(invariant), std::move(text));
    }

    [[nodiscard]] const Violations& violations() const { return violations_; }

    [[nodiscard]] const Projection& projection() const { return journal_->projection(); }

private:
    struct VenueTrade {
        model::ClientOrderId order;
        model::Trade trade;
        bool lost = false;
    };

    struct KeyHistory {
        std::string hash;
        std::string body;
        std::uint16_t status = 0;
    };

    void check_verdict(const model::Order& order);
    void audit_orders(const VenueTruth& truth);
    void audit_trades();
    void audit_money(const VenueTruth& truth);
    void audit_protection(const VenueTruth& truth);
    void audit_frozen();
    [[nodiscard]] bool booked_in_order(const model::AccountId& account) const;
    [[nodiscard]] bool frozen(const model::AccountId& account) const;

    Assumptions assumptions_;
    Violations violations_;
    std::optional<JournalChecker> journal_;
    bool restore_ = false;  ///< The store lost records once.
    std::set<std::pair<model::ClientOrderId, std::uint32_t>> left_;
    std::set<model::ClientOrderId> written_;
    std::set<model::ClientOrderId> at_venue_;
    std::map<TradeName, VenueTrade> trades_;
    std::map<KeyName, KeyHistory> answered_;
};

}  // namespace botcore::sim::checkers
