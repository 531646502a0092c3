#pragma once

/// Reports what checks of our own books find: in the log, in the metrics, and to the account
/// concerned, which accepts exits only from then on.
///
/// Threads: the loop thread.

#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "runtime/online_check.hpp"

#include <functional>
#include <string>
#include <vector>

namespace botcore::trading {

/// Called when the account's money is in doubt; the text gives the cause.
using InDoubt = std::function<void(const model::AccountId& account, const std::string& evidence)>;

/// Writes one log line with the kind, the severity, the record and the operator's action.
void report_finding(observability::Log& log, const runtime::VerifyFinding& finding);

/// Reports the findings of the check that runs after each commit.
class BookChecks final : public runtime::CommitListener {
public:
    /// Log and metrics must outlive this object.
    BookChecks(observability::Log& log, observability::Metrics& metrics, InDoubt in_doubt);

    void on_committed(const std::vector<model::Record>& records) override {
        check_.on_committed(records);
    }

private:
    void report(const runtime::VerifyFinding& finding);

    observability::Log& log_;
    observability::Metrics& metrics_;
    InDoubt in_doubt_;
    runtime::OnlineCheck check_;
};

}  // namespace botcore::trading
