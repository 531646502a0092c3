#pragma once

/// Logs failures that concern a user's money, one line each: a failed trade, a margin call, an exit
/// that the core forced, a position or balance that is now in doubt. Also counts the exchange's
/// errors by code.
///
/// L1  A line names account, symbol, side, quantity, order, attempt, cause, user and operation, and
///     the request ID as long as this process knows it.
/// L2  Only durable changes are logged, each once.
///
/// Threads: the loop thread.
/// @spec:NFR-RELIABILITY-004

#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "runtime/runtime.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace botcore::trading {

class TradeLog final : public runtime::CommitListener {
public:
    /// All references must outlive the trade log.
    struct Parts {
        observability::Log& log;
        observability::Metrics& metrics;
        /// The ID of the request that submitted the order, while its caller waits; otherwise empty.
        std::function<std::string(const model::Order&)> request_id;
    };

    explicit TradeLog(Parts parts) : parts_(std::move(parts)) {}

    void on_committed(const std::vector<model::Record>& records) override;

private:
    void note(const model::Order& order, const model::Record& record);
    void note(const model::Account& account);
    void note(const model::RiskState& risk);
    void count_error(const model::OrderReport& report);
    void remember_request(const model::Order& order);
    void log_event(observability::LogEvent event,
                   std::string_view message,
                   const model::Order& order);

    Parts parts_;
    std::map<model::ClientOrderId, std::string> requests_;  ///< The request IDs of live orders.
    std::set<model::AccountId> called_;                     ///< Accounts under a margin call.
    std::set<model::AccountId> in_doubt_;
};

}  // namespace botcore::trading
