#pragma once

/// Checks the core by what is visible from outside: committed batches, orders that were sent,
/// replies that were delivered, and the true state of the exchange. Does not depend on how the core
/// works.

#include "model/exchange.hpp"
#include "sim/checkers/journal_checker.hpp"

#include <optional>
#include <utility>

namespace botcore::sim::checkers {

/// A reply as a caller received it, with what was durable at that moment.
struct ReplySeen {
    KeyName key;
    std::string request_hash;
    std::uint16_t status = 0;
    std::string body;
    bool verdict = false;  ///< The reply states the request's outcome and does not ask for a retry.
    bool mismatch = false;    ///< The reply says that the key belongs to another request.
    bool pending = false;     ///< The reply says that the request is in progress.
    bool expired = false;     ///< The reply says that the stored reply has expired.
    std::string stored_body;  ///< The body in the key's committed row; empty if there is none.
};

/// The true state of one account at the exchange, once no work is in progress.
struct VenueTruth {
    struct OpenOrder {
        model::AccountId account;
        model::ClientOrderId id;
        model::Quantity filled;
        /// The stop price was reached; the order is no longer waiting for it.
        bool triggered = false;
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

    /// False if the venue is restored from our own rows, so that its money proves nothing.
    bool own_books = true;
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
    /// The core dispatched the order for sending.
    void on_order_left(const model::OrderInstruction& instruction);
    void on_cancel_left(const model::CancelInstruction& instruction);
    /// The bytes of a placement were sent to the exchange.
    void on_order_written(const model::ClientOrderId& id);
    void on_reply(const ReplySeen& reply);
    /// Somebody read the state of a process: it has the records up to `sequence`, and the process
    /// takes `head` for the newest durable one.
    void on_read(model::Sequence sequence, const model::Head& head);
    /// A new term has begun; `open` is the state that the writer now has in memory.
    void on_loaded(const model::Head& head, const Rows& open);

    /// The exchange accepted the order (any report but a rejection).
    void on_venue_order(const model::ClientOrderId& id) { at_venue_.insert(id); }

    void on_venue_trade(const TradeName& name,
                        const model::ClientOrderId& order,
                        const model::Trade& trade);
    /// The venue was lost with the process: events that it had not reported count as not having
    /// happened, unless a commit that was under way stores them before the next term begins.
    void on_venue_lost();

    /// The store is restored to other records, so its journal is checked again from the first
    /// record. What was sent to the exchange and what the exchange did stays in effect.
    void on_restore();
    /// The restore has ended: replies that are not stored any more, or not yet, count no longer.
    void on_restored();

    /// A writer has loaded the store and was told that rows of these accounts are not what was
    /// written. The accounts must be frozen before anything else is decided about them.
    void on_doubts(const std::vector<model::AccountId>& accounts);

    /// From now on the store is behind its archive, or no longer.
    void set_behind(bool behind) { behind_ = behind; }

    /// Compares whole tables with the projection.
    void audit_rows(const Rows& rows);
    /// Checks everything that must hold once no work is in progress.
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
        model::Timestamp completed;  ///< When the key received the reply.
    };

    void check_verdict(const model::Order& order);
    void check_expired(const ReplySeen& reply, const model::KeyEntry* entry);
    void check_doubts(const model::Record& record);
    void audit_orders(const VenueTruth& truth);
    void audit_trades();
    void audit_money(const VenueTruth& truth);
    void audit_protection(const VenueTruth& truth);
    void audit_frozen();
    [[nodiscard]] bool booked_in_order(const model::AccountId& account) const;
    [[nodiscard]] bool frozen(const model::AccountId& account) const;

    Assumptions assumptions_;
    std::map<model::Sequence, model::Hash> hashes_;  ///< Of all durable records.
    /// The attempts of cancels in all durable records, by order and number.
    std::map<std::pair<model::ClientOrderId, std::uint32_t>, model::Attempt> cancels_;
    Violations violations_;
    std::optional<JournalChecker> journal_;
    bool venue_lost_ = false;  ///< Until the next term begins.
    bool restore_ = false;     ///< True once the store has lost records.
    std::set<std::pair<model::ClientOrderId, std::uint32_t>> left_;
    std::set<model::ClientOrderId> written_;
    std::set<model::ClientOrderId> at_venue_;
    std::map<TradeName, VenueTrade> trades_;
    std::map<KeyName, KeyHistory> answered_;
    std::set<model::AccountId> doubts_read_;  ///< Accounts in doubt at the last load.
    std::set<model::AccountId> doubted_;      ///< Those of the current term, until it froze them.
    bool behind_ = false;
};

}  // namespace botcore::sim::checkers
