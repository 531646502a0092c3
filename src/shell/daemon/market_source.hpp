#pragma once

/// The market data of a daemon: a generator or a playback of recorded streams, shown on the board
/// and fed to the paper venue.
///
/// Threads: the loop thread; a playback reads on a thread of its own, which hands the events over.

#include "shell/config/config.hpp"
#include "shell/market/generated_market.hpp"
#include "shell/market/market_board.hpp"
#include "shell/market/recorded_market.hpp"
#include "shell/paper/paper_exchange.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace botcore::shell {

class MarketSource {
public:
    virtual ~MarketSource() = default;
    /// Starts the source; `now` is the wall clock's time.
    virtual void start(base::Timestamp now) = 0;
    /// Applies what is due, up to a bound. Returns true if more is waiting.
    virtual bool poll(base::Timestamp now) = 0;
    /// Moves the board's clock to this time, so that price ages are correct.
    virtual void set_now(base::Timestamp now) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual MarketBoard& board() = 0;
    /// The source's error; empty if there is none.
    [[nodiscard]] virtual std::string error_text() const = 0;

    /// Creates the configured source. `wake` asks the loop to poll soon; any thread may call it.
    /// The error says what is wrong with the configured files.
    [[nodiscard]] static base::Result<std::unique_ptr<MarketSource>, std::string> make(
        const Config& config, PaperExchange& exchange, std::function<void()> wake);

    /// Checks whether `make` would accept the configuration. Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const Config& config);
};

}  // namespace botcore::shell
