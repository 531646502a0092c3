#pragma once

/// Tells of the market source's failure once, and of its return: in the log and to everybody who
/// listens.
///
/// Threads: the thread of the loop.

#include "protocol/events.hpp"
#include "shell/log/log.hpp"

#include <functional>
#include <string>
#include <utility>

namespace botcore::shell {

class MarketTeller {
public:
    /// All outlive the teller.
    struct Parts {
        log::Log& log;
        std::function<void(const protocol::Event&)> publish;
        std::function<model::Timestamp()> now;
    };

    explicit MarketTeller(Parts parts) : parts_(std::move(parts)) {}

    /// What is wrong with the source now; empty: nothing. Often.
    void look(const std::string& trouble);

private:
    Parts parts_;
    std::string told_;
};

}  // namespace botcore::shell
