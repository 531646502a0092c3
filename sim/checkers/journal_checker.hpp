#pragma once

/// Checks every committed record against the records before it: I2 to I5, I7, I9, I11 to I14.

#include "sim/checkers/projection.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace botcore::sim::checkers {

class JournalChecker {
public:
    explicit JournalChecker(Violations& violations) : violations_(violations) {}

    /// The store made `records` durable, in this order, on top of `expected`.
    void on_committed(const model::Head& expected, const std::vector<StoredRecord>& records);

    [[nodiscard]] const Projection& projection() const { return projection_; }

    [[nodiscard]] model::Sequence sequence() const { return sequence_; }

private:
    void check_chain(const StoredRecord& stored);
    void check_term(const model::Record& record);
    void check_orders(const model::Record& record);
    void check_transition(const model::Record& record,
                          const model::Order& before,
                          const model::Order& after);
    void check_protection(const model::Record& record,
                          const model::Order& before,
                          const model::Order& after);
    void check_attempts(const model::Record& record);
    void check_absence(const model::Record& record, const model::Order& order);
    void check_entry(const model::Record& record, const model::Order& order);
    void check_exit(const model::Record& record);
    void check_reservations(const model::Record& record);
    void check_act(const model::Record& record);

    Violations& violations_;
    Projection projection_;
    model::Sequence sequence_ = 0;
    model::Epoch epoch_ = 0;
    model::Hash hash_{};
    model::Timestamp time_;
    model::Timestamp monotonic_time_;

    /// What is needed to prove that an order is absent.
    struct Sent {
        std::uint32_t attempt = 0;
        /// The latest end of a signing window (time stamp plus window) over all attempts.
        model::Timestamp signed_until;
        /// The exchange's time of its first "not found" since the last attempt.
        std::optional<model::Timestamp> not_found;
    };

    std::map<model::ClientOrderId, Sent> sent_;
    model::Policy policy_;
    std::set<model::AccountId> reconciled_;
    std::set<std::uint64_t> incarnations_;
    std::map<std::string, std::uint64_t>
        audit_events_;  ///< The newest audit event of each process.
};

}  // namespace botcore::sim::checkers
