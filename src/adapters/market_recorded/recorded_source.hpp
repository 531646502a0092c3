#pragma once

/// A playback of recorded streams as a source of prices: its events go to a board, which answers
/// reads, and to a venue.
///
/// Threads: the loop thread; the playback reads on a thread of its own, which hands the events
/// over.

#include "adapters/market_recorded/recorded_market.hpp"
#include "base/result.hpp"
#include "ports/market_source.hpp"
#include "runtime/market_board.hpp"
#include "venue/market_translation.hpp"

#include <functional>
#include <memory>
#include <string>

namespace botcore::market_recorded {

class RecordedSource final : public ports::MarketSource {
public:
    /// `files` is a list of recordings, separated by commas; `speed` is a factor. `wake` asks the
    /// loop to poll soon; any thread may call it. `sink` may be empty. The error says which file
    /// cannot be used and why.
    [[nodiscard]] static base::Result<std::unique_ptr<RecordedSource>, std::string> open(
        const std::string& files,
        std::uint32_t speed,
        venue::MarketEventSink sink,
        std::function<void()> wake);

    /// Checks whether `open` would accept the files. Starts nothing.
    [[nodiscard]] static base::Outcome<std::string> check(const std::string& files);

    /// Throws `RecordingError`.
    RecordedSource(RecordedMarketOptions options,
                   venue::MarketEventSink sink,
                   std::function<void()> wake);

    void start(base::Timestamp now) override;
    bool poll(base::Timestamp now) override;
    void set_now(base::Timestamp now) override;

    void stop() override { market_.stop(); }

    [[nodiscard]] ports::MarketData& data() override { return board_; }

    [[nodiscard]] std::string error_text() const override { return market_.status().failure; }

private:
    RecordedMarket market_;
    runtime::MarketBoard board_;
    venue::MarketEventSink sink_;
};

}  // namespace botcore::market_recorded
