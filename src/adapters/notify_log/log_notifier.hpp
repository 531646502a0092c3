#pragma once

/// Writes each notice as one log line: `event` is "alert", or "alert_over" when its condition has
/// ended, `operation` is its subject.
///
/// Threads: any.

#include "observability/log.hpp"
#include "ports/notifier.hpp"

namespace botcore::notify_log {

class LogNotifier final : public ports::Notifier {
public:
    /// The log must outlive this object.
    explicit LogNotifier(observability::Log& log) : log_(log) {}

    void send(const ports::Notice& notice, Done done) override;

private:
    observability::Log& log_;
};

}  // namespace botcore::notify_log
