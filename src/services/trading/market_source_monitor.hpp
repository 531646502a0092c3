#pragma once

/// Reports a failure of the market source once, and then its recovery: in the log and on the event
/// stream.
///
/// Threads: the loop thread.

#include "observability/log.hpp"
#include "protocol/events.hpp"

#include <functional>
#include <string>
#include <utility>

namespace botcore::trading {

class MarketSourceMonitor {
public:
    /// All references must outlive the monitor.
    struct Parts {
        observability::Log& log;
        std::function<void(const protocol::Event&)> publish;
        std::function<model::Timestamp()> now;
    };

    explicit MarketSourceMonitor(Parts parts) : parts_(std::move(parts)) {}

    /// `error_text` is the source's current error; empty for none. Call it often.
    void update(const std::string& error_text);

private:
    Parts parts_;
    std::string reported_;
};

}  // namespace botcore::trading
