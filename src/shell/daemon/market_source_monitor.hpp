#pragma once

/// Reports the failure of the market source once, and its recovery: in the log and on the event
/// stream.
///
/// Threads: the thread of the loop.

#include "protocol/events.hpp"
#include "shell/log/log.hpp"

#include <functional>
#include <string>
#include <utility>

namespace botcore::shell {

class MarketSourceMonitor {
public:
    /// All outlive the monitor.
    struct Parts {
        log::Log& log;
        std::function<void(const protocol::Event&)> publish;
        std::function<model::Timestamp()> now;
    };

    explicit MarketSourceMonitor(Parts parts) : parts_(std::move(parts)) {}

    /// `trouble` is what is wrong with the source now; empty for nothing. Call it often.
    void update(const std::string& trouble);

private:
    Parts parts_;
    std::string reported_;
};

}  // namespace botcore::shell
