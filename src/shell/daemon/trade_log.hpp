#pragma once

/// Tells the log, one line each, what went wrong with somebody's money: a trade that failed, a
/// margin call, an exit that the core forced, a position or balance that was put in doubt. And
/// counts the exchange's errors by their code.
///
/// L1  A line names account, symbol, side, quantity, order, attempt, cause, user and operation, and
///     the request as long as this process knows it.
/// L2  Only what is durable is told, once.
///
/// Threads: the loop thread.

#include "runtime/runtime.hpp"
#include "shell/log/log.hpp"
#include "shell/metrics/metrics.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace botcore::shell {

class TradeLog final : public runtime::CommitListener {
public:
    /// All outlive the log.
    struct Parts {
        log::Log& log;
        metrics::Metrics& metrics;
        /// The request that an order came with, while its caller waits; else empty.
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
    void tell(log::LogEvent event, std::string_view message, const model::Order& order);

    Parts parts_;
    std::map<model::ClientOrderId, std::string> requests_;  ///< Of orders whose end is open.
    std::set<model::AccountId> called_;                     ///< Under a margin call.
    std::set<model::AccountId> in_doubt_;
};

}  // namespace botcore::shell
