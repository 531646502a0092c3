#pragma once

/// Writes audit events to the log and to the journal, and so into its hash chain. Events that the
/// runtime has no capacity for are counted and logged.
///
/// Threads: the loop's.

#include "observability/log.hpp"
#include "runtime/runtime.hpp"
#include "services/audit/audit_event.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace botcore::audit {

class AuditJournal {
public:
    /// All references must outlive the audit journal.
    struct Parts {
        runtime::Runtime& runtime;
        observability::Log& log;
        std::function<void()> wake;
    };

    explicit AuditJournal(Parts parts) : parts_(std::move(parts)) {}

    void record(const AuditEvent& action);

    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    Parts parts_;
    std::uint64_t lost_ = 0;
};

}  // namespace botcore::audit
