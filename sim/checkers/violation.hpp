#pragma once

/// A checker's report that the core broke an invariant. Numbers as in docs/invariants.md.

#include "model/record.hpp"

#include <string>
#include <vector>

namespace botcore::sim::checkers {

struct Violation {
    std::string invariant;  ///< "I1" to "I14", "S1", "S2" (stops), or "LIVENESS".
    std::string text;
};

/// Stores only the first violations: a broken core can cause the same violation a thousand times.
class Violations {
public:
    void add(std::string invariant, std::string text) {
        ++count_;
        if (list_.size() < kKept) list_.push_back({std::move(invariant), std::move(text)});
    }

    [[nodiscard]] const std::vector<Violation>& list() const { return list_; }

    [[nodiscard]] std::size_t count() const { return count_; }

    [[nodiscard]] bool names(const std::string& invariant) const {
        for (const auto& violation : list_) {
            if (violation.invariant == invariant) return true;
        }
        return false;
    }

private:
    static constexpr std::size_t kKept = 50;
    std::vector<Violation> list_;
    std::size_t count_ = 0;
};

/// What the checkers may assume about the exchange.
enum class Assumptions : std::uint8_t {
    Hold,    ///< M and L hold: Absent must be true, and no account may end frozen.
    Broken,  ///< The seed breaks M or L: the core must detect it and freeze the account.
};

/// A committed record as stored.
struct StoredRecord {
    model::Record record;
    model::Hash hash{};        ///< The stored hash.
    model::Hash recomputed{};  ///< The hash of the stored bytes.
};

/// Rows of all tables, or those of the open state only.
struct Rows {
    std::vector<model::Account> accounts;
    std::vector<model::Instrument> instruments;
    std::vector<model::Order> orders;
    std::vector<model::Fill> fills;
    std::vector<model::Position> positions;
    std::vector<model::Balance> balances;
    std::vector<model::KeyEntry> keys;
    std::vector<model::RiskState> risks;
    std::vector<model::OperatingState> operating;  ///< Exactly one row.
    std::vector<model::MaintenanceWindow> windows;
};

}  // namespace botcore::sim::checkers
