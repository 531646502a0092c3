#pragma once

/// Brings acts into the log and into the journal, and with it into the chain of hashes. Those that
/// find no room in the runtime are counted and logged.
///
/// Threads: the thread of the loop.

#include "runtime/runtime.hpp"
#include "shell/auth/audit_event.hpp"
#include "shell/log/log.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace botcore::shell::auth {

class AuditJournal {
public:
    /// All outlive the journal of acts.
    struct Parts {
        runtime::Runtime& runtime;
        log::Log& log;
        std::function<void()> wake;
    };

    explicit AuditJournal(Parts parts) : parts_(std::move(parts)) {}

    void record(const AuditEvent& act);

    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    Parts parts_;
    std::uint64_t lost_ = 0;
};

}  // namespace botcore::shell::auth
