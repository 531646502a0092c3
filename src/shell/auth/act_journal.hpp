#pragma once

/// Brings acts into the journal, and with it into the chain of hashes. While the store cannot be
/// written they wait here, up to a bound; beyond it they are counted and logged.
///
/// Threads: the thread of the loop.

#include "runtime/runtime.hpp"
#include "shell/auth/act.hpp"
#include "shell/log/log.hpp"

#include <cstdint>
#include <deque>
#include <functional>

namespace botcore::shell::auth {

class ActJournal {
public:
    /// All outlive the journal of acts.
    struct Parts {
        runtime::Runtime& runtime;
        log::Log& log;
        std::function<runtime::Now()> now;
        std::function<void()> wake;
    };

    explicit ActJournal(Parts parts, std::size_t waiting_max = 1'000)
        : parts_(std::move(parts)),
          waiting_max_(waiting_max) {}

    void record(const Act& act);
    /// Hands over what waits, if the runtime takes it now. Call it about once a second.
    void flush();

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    Parts parts_;
    std::size_t waiting_max_;
    std::deque<model::RecordAct> waiting_;
    std::uint64_t lost_ = 0;
};

}  // namespace botcore::shell::auth
