#include "services/trading/book_checks.hpp"

#include <cstdint>
#include <utility>

namespace botcore::trading {

void report_finding(observability::Log& log, const runtime::VerifyFinding& finding) {
    const auto severity = severity_of(finding.kind);
    log.write(severity == runtime::Severity::Critical ? observability::Level::Error
                                                      : observability::Level::Warn,
              finding.text,
              {{"operation", "check"},
               {"event", "finding"},
               {"kind", to_text(finding.kind)},
               {"severity", to_text(severity)},
               {"sequence", static_cast<std::int64_t>(finding.sequence)},
               {"action", action_of(finding.kind)}});
}

BookChecks::BookChecks(observability::Log& log, observability::Metrics& metrics, InDoubt in_doubt)
    : log_(log),
      metrics_(metrics),
      in_doubt_(std::move(in_doubt)),
      check_([this](const runtime::VerifyFinding& finding) { report(finding); }) {
}

void BookChecks::report(const runtime::VerifyFinding& finding) {
    report_finding(log_, finding);
    metrics_.count("consistency_findings_total", {"commit"});
    if (finding.account) in_doubt_(*finding.account, finding.text);
}

}  // namespace botcore::trading
