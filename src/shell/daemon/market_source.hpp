#pragma once

/// The market of a daemon: a generator or a replay of recorded streams, shown on the board and fed
/// to the paper venue. Threads: the loop thread; a replay has a thread of its own that hands over.

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
    /// Begins; `now` is the wall clock's.
    virtual void start(base::Timestamp now) = 0;
    /// Takes what is due, at most a bounded amount. True when more waits.
    virtual bool poll(base::Timestamp now) = 0;
    /// Moves the board's clock to this moment, so that ages are right.
    virtual void set_now(base::Timestamp now) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual MarketBoard& board() = 0;
    /// What is wrong with the source; empty while all is well.
    [[nodiscard]] virtual std::string trouble() const = 0;

    /// Made after the configuration. `wake` asks the loop, from any thread, to poll soon. The error
    /// says what is wrong with the configured files.
    [[nodiscard]] static base::Result<std::unique_ptr<MarketSource>, std::string> make(
        const Config& config, PaperExchange& exchange, std::function<void()> wake);

    /// Would `make` take it? Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const Config& config);
};

}  // namespace botcore::shell
