#pragma once

/// Where prices come from: a generator, a playback of recorded streams, an exchange's feed.
///
/// Threads: the loop thread; a source may read on a thread of its own, which hands the events over.

#include "base/time.hpp"
#include "ports/market_data.hpp"

#include <string>

namespace botcore::ports {

class MarketSource {
public:
    virtual ~MarketSource() = default;

    /// Starts the source at this time of the loop's steady clock.
    virtual void start(base::Timestamp now) = 0;
    /// Applies what is due, up to a bound. Returns true if more is waiting.
    virtual bool poll(base::Timestamp now) = 0;
    /// Moves the clock of the data to this time, so that price ages are correct.
    virtual void set_now(base::Timestamp now) = 0;
    virtual void stop() = 0;
    /// The latest known state of the market, as of the last poll.
    [[nodiscard]] virtual MarketData& data() = 0;
    /// The source's error; empty if there is none.
    [[nodiscard]] virtual std::string error_text() const = 0;
};

}  // namespace botcore::ports
